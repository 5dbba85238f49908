internal import CRIGzip

/// Encodes frames; the header blocks of one connection share one compression context.
package struct SPDYFrameEncoder: ~Copyable {
  /// The maximum size of an encoded DATA frame's payload in bytes.
  static let maximumData = 32 << 10

  private var deflater: Deflater

  package init() throws(SPDYFailure) {
    do throws(ZlibFailure) {
      deflater = try Deflater(dictionary: SPDYDictionary.bytes)
    } catch { throw .outOfMemory }
  }

  /// Appends a frame to `output`.
  package mutating func encode(_ frame: SPDYFrame, into output: inout [UInt8]) throws(SPDYFailure) {
    switch frame {
    case .synStream(let id, let associated, let priority, let fields, let isLast, let isUnidirectional):
      let flags: UInt8 = (isLast ? 1 : 0) | (isUnidirectional ? 2 : 0)
      let block = try compress(fields)
      let start = id.bigEndianBytes + associated.bigEndianBytes + [priority << 5, 0]
      SPDYFrameEncoder.control(.synStream, flags: flags, start + block, &output)
    case .synReply(let id, let fields, let isLast):
      SPDYFrameEncoder.control(.synReply, flags: isLast ? 1 : 0, id.bigEndianBytes + (try compress(fields)), &output)
    case .headers(let id, let fields, let isLast):
      SPDYFrameEncoder.control(.headers, flags: isLast ? 1 : 0, id.bigEndianBytes + (try compress(fields)), &output)
    case .reset(let id, let status):
      SPDYFrameEncoder.control(.reset, id.bigEndianBytes + status.rawValue.bigEndianBytes, &output)
    case .settings(let settings):
      let entries = settings.flatMap {
        (UInt32($0.flags) << 24 | $0.id & 0xff_ffff).bigEndianBytes + $0.value.bigEndianBytes
      }
      SPDYFrameEncoder.control(.settings, UInt32(settings.count).bigEndianBytes + entries, &output)
    case .ping(let id): SPDYFrameEncoder.control(.ping, id.bigEndianBytes, &output)
    case .goAway(let lastStream, let status):
      SPDYFrameEncoder.control(.goAway, lastStream.bigEndianBytes + status.rawValue.bigEndianBytes, &output)
    case .windowUpdate(let id, let delta):
      SPDYFrameEncoder.control(.windowUpdate, id.bigEndianBytes + delta.bigEndianBytes, &output)
    case .data(let id, let bytes, let isLast):
      SPDYFrameEncoder.dataHeader(id: id, count: bytes.count, isLast: isLast, &output)
      output += bytes
    }
  }

  /// Appends the first 8 bytes of a DATA frame (SPDY/3.1 draft, section 2.2.2); its payload follows.
  static func dataHeader(id: UInt32, count: Int, isLast: Bool, _ output: inout [UInt8]) {
    output += id.bigEndianBytes + (UInt32(isLast ? 1 : 0) << 24 | UInt32(count)).bigEndianBytes
  }

  /// Appends a control frame (SPDY/3.1 draft, section 2.2.1).
  private static func control(
    _ type: SPDYFrameType, flags: UInt8 = 0, _ payload: [UInt8], _ output: inout [UInt8]
  ) {
    output += (0x8003_0000 | UInt32(type.rawValue)).bigEndianBytes
    output += (UInt32(flags) << 24 | UInt32(payload.count)).bigEndianBytes
    output += payload
  }

  private mutating func compress(_ fields: [HTTPField]) throws(SPDYFailure) -> [UInt8] {
    do throws(ZlibFailure) {
      return try deflater.compress(SPDYHeaderBlock.encode(fields))
    } catch { throw .outOfMemory }
  }
}
