import CRIJSON
import CRIMessages
import CRIProtobuf
import TestSupport
import Testing

@Suite("Malformed messages")
struct MalformedTests {
  @Test("a field with the wrong wire type is an error", arguments: RoundTripTests.types)
  func wrongWireTypes(type: RoundTripTests.MessageType) throws {
    func check<M: CMessage>(_ type: M.Type) throws {
      for field in M.schema.fields {
        // The CRI has no fixed32 field. (protobuf-c accepts any wire type for a bool.)
        let fixed32 = WireField.varint(UInt64(field.number) << 3 | 5) + [1, 2, 3, 4]
        if case .bool = field.kind {
          _ = try M.decode(fixed32)
        } else {
          let error = #expect(throws: DecodeError.self, "\(field.name)") { try M.decode(fixed32) }
          #expect(error == DecodeError(messageName: M.protoName, reason: .malformed))
        }
        let varint = WireField.varint(UInt64(field.number) << 3) + [1]
        switch field.kind {
        case .bool, .int32, .int64, .uint32, .uint64, .enumeration: _ = try M.decode(varint)
        default: #expect(throws: DecodeError.self, "\(field.name)") { try M.decode(varint) }
        }
      }
    }
    try check(type.type)
  }

  @Test(
    "malformed bytes are an error",
    arguments: [
      [0x0A],  // Only a tag.
      [0x0A, 5, 0x61],  // A truncated string.
      [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],  // A length of 2^64 - 1.
      [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07],  // A length of 2^31 - 1.
      [0x00, 0x00],  // Field number 0.
      [0x07, 0x00], [0x0E, 0x00],  // Wire types 6 and 7.
      [0x0B, 0x0C],  // A group.
      [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],  // An endless tag.
      [0xF8, 0x7D],  // An unknown field without a value.
      [0xF9, 0x7D, 1, 2, 3],  // A truncated unknown fixed64.
    ] as [[UInt8]])
  func refused(bytes: [UInt8]) {
    #expect(throws: DecodeError.self) { try ListContainersResponse.decode(bytes) }
    #expect(throws: DecodeError.self) { try Container.decode(bytes) }
  }

  @Test("the error names the innermost message of a list")
  func refusedInside() {
    // containers { id: a string whose five bytes are missing }
    let inElement = #expect(throws: DecodeError.self) {
      try ListContainersResponse.decode([0x0A, 2, 0x0A, 5])
    }
    #expect(inElement?.messageName == "runtime.v1.Container")
    let inField = #expect(throws: DecodeError.self) {
      try ContainerStatusResponse.decode([0x0A, 2, 0x0A, 5])
    }
    #expect(inField?.messageName == "runtime.v1.ContainerStatusResponse")
  }

  @Test("the error names the expected message")
  func errorText() {
    let error = #expect(throws: DecodeError.self) { try StatusResponse.decode([0x0A]) }
    #expect(error.map { "\($0)" } == "not a valid runtime.v1.StatusResponse")
  }

  @Test("a recorded response truncated at any byte does not crash the decoder", arguments: Recording.runtimes)
  func truncation(runtime: String) throws {
    var errors = 0
    for reply in try RecordedExchange.all(runtime) where !reply.response.isEmpty {
      let type = reply.method.response
      // Every offset of a message up to 4 KiB, and a sample of the offsets of a longer one.
      let step = max(1, reply.response.count / 4096 * 7)
      for count in stride(from: 0, to: reply.response.count, by: step) {
        do throws(DecodeError) {
          _ = try type.decode(Array(reply.response[..<count]))
        } catch {
          errors += 1
        }
      }
      _ = try type.decode(reply.response)
    }
    #expect(errors > 1000)
  }

  @Test("random bytes do not crash the decoder")
  func garbage() throws {
    var random = SplitMix(state: 42)
    let samples = try MessageTypes.all.map { try Self.sample($0) }
    for round in 0..<4000 {
      var bytes = samples[round % samples.count]
      let type = MessageTypes.all[Int.random(in: MessageTypes.all.indices, using: &random)]
      for _ in 0..<Int.random(in: 1...8, using: &random) where !bytes.isEmpty {
        bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 0...255, using: &random)
      }
      // Decode the bytes as the right type and as a random type.
      for type in [type, MessageTypes.all[round % samples.count]] {
        if let message = try? type.decode(bytes) {
          #expect(message.json().objectValue != nil)
          #expect(message.description.isEmpty == false)
          _ = try type.decode(message.encode())
        }
      }
    }
  }

  private static func sample<M: CMessage>(_ type: M.Type) throws -> [UInt8] {
    try Samples.make(M.self).encode()
  }

  /// A generator that returns the same numbers in every run.
  private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
      return mixed ^ mixed >> 31
    }
  }
}
