internal import CRIJSON
internal import CRIProtobufC

/// A field that is a list of messages, with functions that decode and write it one element at a time.
package struct ElementField<Owner: CMessage>: Sendable {
  /// The field number.
  package let number: UInt32

  /// Decodes the elements of the list, with only one of them in C memory at a time.
  let decode:
    @Sendable (
      _ owner: inout Owner, _ bytes: UnsafeBufferPointer<UInt8>, _ count: Int, _ arena: borrowing Arena,
      _ decoder: inout CDecoder, _ deadline: ContinuousClock.Instant?
    ) throws(DecodeError) -> Void

  let count: @Sendable (_ owner: Owner) -> Int

  /// The owning message with only some of the elements.
  let part: @Sendable (_ owner: Owner, _ range: Range<Int>) -> Owner

  /// Removes all elements.
  let clear: @Sendable (_ owner: inout Owner) -> Void

  /// Writes the elements as JSON, with only one of them in C memory at a time.
  let write: @Sendable (_ owner: Owner, _ arena: borrowing Arena, _ json: inout JSONWriter) -> Void

  package init<Element: CMessage>(_ number: UInt32, _ path: any WritableKeyPath<Owner, [Element]> & Sendable) {
    self.number = number
    decode = { owner, bytes, count, arena, decoder, deadline throws(DecodeError) in
      var elements: [Element] = []
      elements.reserveCapacity(count)
      for field in WireFields(bytes) where field.number == number {
        let content = UnsafeBufferPointer(rebasing: bytes[field.content])
        elements.append(try Element.unpack(content, in: arena, &decoder))
        arena.reset()
        if let excess = decoder.excess(elements: elements.count, size: bytes.count) {
          throw DecodeError(messageName: Owner.protoName, reason: .overLimit(excess))
        }
        if elements.count & 63 == 0, let deadline, deadline <= .now {
          throw DecodeError(messageName: Owner.protoName, reason: .deadlineExceeded)
        }
      }
      owner[keyPath: path] = elements
    }
    count = { owner in owner[keyPath: path].count }
    part = { owner, range in
      var part = owner
      part[keyPath: path] = Array(owner[keyPath: path][range])
      return part
    }
    clear = { owner in owner[keyPath: path] = [] }
    write = { owner, arena, json in
      let table = Element.schema.jsonTable
      for element in owner[keyPath: path] {
        MessageJSONWriter.write(UnsafeRawPointer(arena.encode(element)), table, to: &json)
        arena.reset()
      }
    }
  }
}
