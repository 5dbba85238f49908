package import CRIProtobufC

/// A message that protobuf-c can pack and unpack. The generated types conform to it.
package protocol CMessage: Message {
  /// The C struct that protobuf-c uses for the message.
  associatedtype C

  /// protobuf-c's descriptor of the C struct.
  static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { get }

  /// The fields of the message, for reflection.
  static var schema: MessageSchema { get }

  /// The fields that are lists of messages, which can be decoded one element at a time.
  static var elements: [ElementField<Self>] { get }

  /// Creates the message as a copy of a C struct.
  init(decoding c: UnsafePointer<C>, _ decoder: inout CDecoder)

  /// Fills a zeroed C struct whose `descriptor` is set. Everything that it points to is allocated in the arena.
  func encode(into c: UnsafeMutablePointer<C>, _ arena: borrowing Arena)
}

extension CMessage {
  package static var elements: [ElementField<Self>] { [] }
}
