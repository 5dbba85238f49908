package import CRIProtobufC

/// A message that protobuf-c can pack and unpack: the generated types conform, in terms of their C structs.
package protocol CMessage: Message {
  /// protobuf-c's struct for the message.
  associatedtype C

  static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { get }

  /// The fields, for reflection.
  static var schema: MessageSchema { get }

  /// The fields that are lists of messages; these can be read one element at a time.
  static var elements: [ElementField<Self>] { get }

  /// Copies everything out of C memory.
  init(lifting c: UnsafePointer<C>, _ lifter: inout Lifter)

  /// Fills a zeroed struct whose `descriptor` is set; all it points to lives in the arena.
  func lower(into c: UnsafeMutablePointer<C>, _ arena: borrowing Arena)
}

extension CMessage {
  package static var elements: [ElementField<Self>] { [] }
}
