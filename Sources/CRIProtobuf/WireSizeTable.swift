internal import CRIProtobufC

/// The properties of a message's fields that `WireSizeEstimate` needs, in plain memory, so that a pass over the wire
/// format does not require reference counting. A table belongs to a schema, which is never released.
struct WireSizeTable {
  /// The kind of a field, which determines its size in memory.
  enum Kind {
    /// The CRI does not define the field.
    case unknown
    /// A number outside a list, whose memory is part of the message.
    case number
    /// A list of numbers.
    case numbers
    case text
    /// A name that many elements have in common, and whose storage they share.
    case name
    case texts
    case message
    case messages
    /// The entries of a map.
    case entries
  }

  struct Field {
    var kind = Kind.unknown
    var child: UnsafePointer<WireSizeTable>?
  }

  /// The size in bytes of one value of the message in a Swift array, including the messages in it.
  let inlineSize: Int
  /// The size in bytes of the C struct of an empty value and of its document.
  let transientSize: Int
  /// Indexed by field number, because the CRI's numbers are small.
  private let fields: UnsafePointer<Field>
  private let count: Int

  func field(_ number: UInt32) -> Field {
    number < UInt32(truncatingIfNeeded: count) ? fields[Int(number)] : Field()
  }

  /// The size in bytes of a member of a document: its key and value.
  private static let memberSize = 96

  static func make(_ fields: [FieldSchema], structSize: Int) -> UnsafePointer<WireSizeTable> {
    let count = Int(fields.map(\.number).max() ?? 0) + 1
    let slots = UnsafeMutablePointer<Field>.allocate(capacity: count)
    slots.initialize(repeating: Field(), count: count)
    // The initial size is that of the unknown fields.
    var inlineSize = 8
    for field in fields {
      let (slot, size) = slot(field)
      slots[Int(field.number)] = slot
      inlineSize = (inlineSize + size + 7) & ~7
    }
    let table = UnsafeMutablePointer<WireSizeTable>.allocate(capacity: 1)
    table.initialize(
      to: WireSizeTable(
        inlineSize: inlineSize, transientSize: structSize + fields.count * memberSize, fields: slots, count: count))
    return UnsafePointer(table)
  }

  /// - Returns: The field, and its size in bytes in the Swift value.
  private static func slot(_ field: FieldSchema) -> (Field, size: Int) {
    switch field.kind {
    case .map: return (Field(kind: .entries), 8)
    case .message(let schema) where field.isRepeated: return (Field(kind: .messages, child: schema.sizeTable), 8)
    case .message(let schema):
      // An optional message takes no more than the message, because its unknown fields are a reference.
      return (Field(kind: .message, child: schema.sizeTable), schema.sizeTable.pointee.inlineSize)
    case .string where field.isName: return (Field(kind: .name), 16)
    case .string, .bytes: return (Field(kind: field.isRepeated ? .texts : .text), field.isRepeated ? 8 : 16)
    case .bool: return (Field(kind: field.isRepeated ? .numbers : .number), field.isRepeated ? 8 : 1)
    case .int32, .uint32, .enumeration: return (Field(kind: field.isRepeated ? .numbers : .number), 8)
    case .int64, .uint64, .double: return (Field(kind: field.isRepeated ? .numbers : .number), 8)
    }
  }
}
