internal import CRIJSON
internal import CRIProtobufC

/// A field that is a list of messages, for reading and writing the list one element at a time.
package struct ElementField<Owner: CMessage>: Sendable {
  package let number: UInt32

  /// Lifts each of the field's elements, with no more than one of them in C memory.
  let lift:
    @Sendable (
      _ owner: inout Owner, _ bytes: UnsafeBufferPointer<UInt8>, _ count: Int, _ arena: borrowing Arena,
      _ lifter: inout Lifter
    ) throws(DecodeError) -> Void

  /// Takes all elements away.
  let clear: @Sendable (_ owner: inout Owner) -> Void

  /// Writes the elements as JSON, with no more than one of them in C memory.
  let write: @Sendable (_ owner: Owner, _ arena: borrowing Arena, _ json: inout JSONWriter) -> Void

  package init<Element: CMessage>(_ number: UInt32, _ path: any WritableKeyPath<Owner, [Element]> & Sendable) {
    self.number = number
    lift = { owner, bytes, count, arena, lifter throws(DecodeError) in
      var elements: [Element] = []
      elements.reserveCapacity(count)
      for field in WireFields(bytes) where field.number == number {
        let content = UnsafeBufferPointer(rebasing: bytes[field.content])
        elements.append(try Element.unpack(content, in: arena, &lifter))
        arena.reset()
      }
      owner[keyPath: path] = elements
    }
    clear = { owner in owner[keyPath: path] = [] }
    write = { owner, arena, json in
      for element in owner[keyPath: path] {
        MessageJSONWriter.write(UnsafeRawPointer(arena.lower(element)), Element.schema, to: &json)
        arena.reset()
      }
    }
  }
}
