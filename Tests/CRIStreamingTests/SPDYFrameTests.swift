import CRIGzip
import CRIJSON
import Testing

@testable import CRIStreaming

struct SPDYFrameTests {
  typealias Vector = (name: String, frame: SPDYFrame, hex: String)

  /// Frames without a header block have exactly one encoding.
  static let vectors: [Vector] = [
    (
      "DATA", .data(id: 5, [0x68, 0x69]),
      """
      00000005  # data, stream 5
      00        # no flags
      000002 6869
      """
    ),
    ("DATA with FIN", .data(id: 5, [0x68], isLast: true), "00000005 01 000001 68"),
    ("only FIN", .data(id: 0x7fff_ffff, [], isLast: true), "7fffffff 01 000000"),
    (
      "RST_STREAM", .reset(id: 3, .cancel),
      """
      8003 0003    # control, version 3, type
      00 000008
      00000003     # stream 3
      00000005     # CANCEL
      """
    ),
    (
      "SETTINGS", .settings([SPDYSetting(id: 7, value: 0x10000), SPDYSetting(id: 4, value: 100, flags: 1)]),
      """
      8003 0004 00 000014
      00000002           # two entries
      00 000007 00010000 # initial window
      01 000004 00000064 # at most 100 streams, to be kept
      """
    ),
    ("PING", .ping(1), "8003 0006 00 000004 00000001"),
    ("GOAWAY", .goAway(lastStream: 7, .protocolError), "8003 0007 00 000008 00000007 00000001"),
    ("WINDOW_UPDATE", .windowUpdate(id: 0, delta: 0x8000), "8003 0009 00 000008 00000000 00008000"),
  ]

  @Test(arguments: vectors) func encodes(_ vector: Vector) throws {
    var encoder = try SPDYFrameEncoder()
    var bytes: [UInt8] = []
    try encoder.encode(vector.frame, into: &bytes)
    #expect(bytes == [UInt8](hex: vector.hex))
  }

  @Test(arguments: vectors, [1, 5, 1000]) func decodes(_ vector: Vector, piece: Int) throws {
    #expect(try Self.frames([UInt8](hex: vector.hex).split(piece)) == [vector.frame])
  }

  /// Three frames that share a compression context, encoded with Python's zlib.
  static let compressed = """
    8003 0001 00 000028    # SYN_STREAM
    00000001 00000000 0000 # stream 1, associated with none, priority 0
    78bb e3c6a7c2          # zlib with SPDY's dictionary
    02a62346703a2b294a4dcc851625aca9a08006000000ffff
    8003 0001 00 000017    # SYN_STREAM
    00000003 00000000 0000
    c22e555c02cc2e00000000ffff
    8003 0002 01 00000d    # SYN_REPLY with FIN
    00000001
    02321800000000ffff     # no headers
    """

  @Test(arguments: [1, 9, 1000]) func decompresses(piece: Int) throws {
    #expect(
      try Self.frames([UInt8](hex: Self.compressed).split(piece)) == [
        .synStream(id: 1, [HTTPField("streamtype", "error")]), .synStream(id: 3, [HTTPField("streamtype", "stdin")]),
        .synReply(id: 1, [], isLast: true),
      ])
  }

  /// Returns all frames of a list, with pieces of DATA frames joined.
  static func frames(_ pieces: [[UInt8]]) throws -> [SPDYFrame] {
    var decoder = try SPDYFrameDecoder()
    var frames: [SPDYFrame] = []
    var pending: [UInt8] = []
    for piece in pieces {
      var rest = piece[...]
      while let frame = try decoder.next(&rest) {
        // The data is complete when it has as many bytes as the first vector specifies.
        guard case .data(let id, let bytes, let isLast) = frame else {
          frames.append(frame)
          continue
        }
        pending += bytes
        if isLast || pending.count == 2 {
          frames.append(.data(id: id, pending, isLast: isLast))
          pending = []
        }
      }
      #expect(rest.isEmpty)
    }
    return frames
  }

  @Test func roundTrips() throws {
    let frames: [SPDYFrame] = [
      .synStream(id: 1, associated: 3, priority: 7, [HTTPField("a", "b"), HTTPField("a", "c"), HTTPField("d", "")]),
      .synStream(id: 2, [], isLast: true, isUnidirectional: true), .synReply(id: 1, [HTTPField(":status", "200")]),
      .headers(id: 1, [HTTPField("x", "grüße")], isLast: true),
    ]
    var encoder = try SPDYFrameEncoder()
    var bytes: [UInt8] = []
    for frame in frames { try encoder.encode(frame, into: &bytes) }
    #expect(try Self.frames([bytes]) == frames)
  }

  @Test func `header names must be in lower case`() throws {
    var encoder = try SPDYFrameEncoder()
    var bytes: [UInt8] = []
    try encoder.encode(.headers(id: 1, [HTTPField("streamType", "X")]), into: &bytes)
    #expect(try Self.frames([bytes]) == [.headers(id: 1, [HTTPField("streamtype", "X")])])
  }

  @Test func `unknown frames are skipped`() throws {
    let unknown = [UInt8](hex: "8003 0063 00 100000") + [UInt8](repeating: 1, count: 1 << 20)
    #expect(try Self.frames((unknown + [UInt8](hex: "8003 0006 00 000004 00000001")).split(4096)) == [.ping(1)])
  }

  // MARK: Malformed frames

  static func block(_ plain: [UInt8]) throws -> [UInt8] {
    var deflater = try Deflater(dictionary: SPDYDictionary.bytes)
    return try deflater.compress(plain)
  }

  static func syn(_ block: [UInt8]) -> [UInt8] {
    [UInt8](hex: "8003 0001 00") + UInt32(10 + block.count).bigEndianBytes[1...]
      + [UInt8](hex: "00000001 00000000 0000") + block
  }

  static let malformed: [(name: String, bytes: @Sendable () throws -> [UInt8], failure: SPDYFailure)] = [
    ("HTTP", { [UInt8]("\u{c8}HTTP/1.1 400") }, .unsupportedVersion(0x4388)),
    ("version 2", { [UInt8](hex: "8002 0001 00 000000") }, .unsupportedVersion(2)),
    (
      "data on stream 0", { [UInt8](hex: "00000000 00 000001 61") },
      .malformed(frame: "DATA", reason: "the stream ID is 0")
    ),
    (
      "reset of stream 0", { [UInt8](hex: "8003 0003 00 000008 00000000 00000001") },
      .malformed(frame: "RST_STREAM", reason: "the stream ID is 0")
    ),
    (
      "a short ping", { [UInt8](hex: "8003 0006 00 000002 0000") },
      .malformed(frame: "PING", reason: "the length is invalid")
    ),
    (
      "a long window", { [UInt8](hex: "8003 0009 00 000009 000000000000000100") },
      .malformed(frame: "WINDOW_UPDATE", reason: "the length is invalid")
    ),
    (
      "more settings than there are", { [UInt8](hex: "8003 0004 00 00000c ffffffff 0000000700010000") },
      .malformed(frame: "SETTINGS", reason: "the length is invalid")
    ),
    (
      "an empty SYN_STREAM", { [UInt8](hex: "8003 0001 00 000000") },
      .malformed(frame: "SYN_STREAM", reason: "the length is invalid")
    ),
    (
      "a frame of 16 MiB", { [UInt8](hex: "8003 0004 00 ffffff") },
      .frameTooLarge(frame: "SETTINGS", length: 0xff_ffff, limit: 65536)
    ),
    ("headers that are not zlib", { syn([1, 2, 3, 4]) }, .damagedHeaders),
    (
      "a zlib bomb", { syn(try block([UInt8](repeating: 0, count: 10 << 20))) }, .headersTooLarge(limit: 65536)
    ),
    ("no block", { syn([]) }, .malformed(frame: "SYN_STREAM", reason: "the headers end early")),
    (
      "many names", { syn(try block([0, 0, 1, 0])) },
      .malformed(frame: "SYN_STREAM", reason: "too many header names (256; the limit is 100)")
    ),
    (
      "a name that is longer than the block", { syn(try block([0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 97])) },
      .malformed(frame: "SYN_STREAM", reason: "the headers end early")
    ),
    (
      "no name", { syn(try block([0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])) },
      .malformed(frame: "SYN_STREAM", reason: "invalid header name ")
    ),
    (
      "an upper-case name", { syn(try block([0, 0, 0, 1, 0, 0, 0, 1, 65, 0, 0, 0, 0])) },
      .malformed(frame: "SYN_STREAM", reason: "invalid header name A")
    ),
    (
      "a name twice", { syn(try block([0, 0, 0, 2] + [0, 0, 0, 1, 97, 0, 0, 0, 0] + [0, 0, 0, 1, 97, 0, 0, 0, 0])) },
      .malformed(frame: "SYN_STREAM", reason: "duplicate header a")
    ),
    (
      "bytes after the headers", { syn(try block([0, 0, 0, 0, 1])) },
      .malformed(frame: "SYN_STREAM", reason: "1 bytes follow the headers")
    ),
  ]

  @Test(arguments: malformed.indices, [1, 100_000]) func refuses(index: Int, piece: Int) throws {
    let bytes = try Self.malformed[index].bytes()
    #expect(throws: Self.malformed[index].failure, "\(Self.malformed[index].name)") {
      try Self.frames(bytes.split(piece))
    }
  }

  // MARK: Python's zlib as the other end

  static let conversation: [(frame: SPDYFrame, json: String)] = [
    (
      .synStream(id: 1, [HTTPField("streamtype", "error")]),
      #"{"type":"SYN_STREAM","flags":0,"id":1,"associated":0,"priority":0,"headers":[["streamtype","error"]]}"#
    ),
    (
      .synStream(
        id: 3, associated: 1, priority: 5,
        [HTTPField("streamtype", "data"), HTTPField("port", "80"), HTTPField("requestid", "17")], isLast: true),
      #"{"type":"SYN_STREAM","flags":1,"id":3,"associated":1,"priority":5,"#
        + #""headers":[["streamtype","data"],["port","80"],["requestid","17"]]}"#
    ),
    (.synReply(id: 1, []), #"{"type":"SYN_REPLY","flags":0,"id":1,"headers":[]}"#),
    (
      .headers(id: 1, [HTTPField("x", "y")], isLast: true),
      #"{"type":"HEADERS","flags":1,"id":1,"headers":[["x","y"]]}"#
    ),
    (.data(id: 1, [1, 2], isLast: false), #"{"type":"DATA","id":1,"flags":0,"data":"0102"}"#),
    (.reset(id: 1, .refusedStream), #"{"type":"RST_STREAM","flags":0,"id":1,"status":3}"#),
    (
      .settings([SPDYSetting(id: 7, value: 65536, flags: 2)]),
      #"{"type":"SETTINGS","flags":0,"settings":[[7,65536,2]]}"#
    ),
    (.ping(2), #"{"type":"PING","flags":0,"id":2}"#),
    (.windowUpdate(id: 1, delta: 9), #"{"type":"WINDOW_UPDATE","flags":0,"id":1,"delta":9}"#),
    (.goAway(lastStream: 3, .internalError), #"{"type":"GOAWAY","flags":0,"last":3,"status":2}"#),
  ]

  @Test func `Python decodes our frames`() async throws {
    var encoder = try SPDYFrameEncoder()
    var bytes: [UInt8] = []
    for (frame, _) in Self.conversation { try encoder.encode(frame, into: &bytes) }
    let lines = try await PythonPeer.run("spdy.py", "decode", bytes.hex)
    #expect(try lines.map { try JSON.parse($0) } == Self.conversation.map { try JSON.parse($0.json) })
  }

  @Test func `we decode frames from Python`() async throws {
    let input = Self.conversation.map { $0.json + "\n" }.joined()
    let lines = try await PythonPeer.run("spdy.py", "encode", input)
    #expect(try Self.frames(lines.map { [UInt8](hex: $0) }) == Self.conversation.map(\.frame))
  }
}
