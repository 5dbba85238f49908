/// The reason why a stream was ended with RST_STREAM (SPDY/3.1 draft, section 2.6.3).
package struct SPDYStatus: Hashable, Sendable, RawRepresentable {
  package let rawValue: UInt32
  package init(rawValue: UInt32) { self.rawValue = rawValue }

  package static let protocolError = SPDYStatus(rawValue: 1)
  package static let invalidStream = SPDYStatus(rawValue: 2)
  package static let refusedStream = SPDYStatus(rawValue: 3)
  package static let unsupportedVersion = SPDYStatus(rawValue: 4)
  package static let cancel = SPDYStatus(rawValue: 5)
  package static let internalError = SPDYStatus(rawValue: 6)
  package static let flowControlError = SPDYStatus(rawValue: 7)
  package static let streamInUse = SPDYStatus(rawValue: 8)
  package static let streamAlreadyClosed = SPDYStatus(rawValue: 9)
  package static let frameTooLarge = SPDYStatus(rawValue: 11)

  private static let names = [
    "PROTOCOL_ERROR", "INVALID_STREAM", "REFUSED_STREAM", "UNSUPPORTED_VERSION", "CANCEL", "INTERNAL_ERROR",
    "FLOW_CONTROL_ERROR", "STREAM_IN_USE", "STREAM_ALREADY_CLOSED", "INVALID_CREDENTIALS", "FRAME_TOO_LARGE",
  ]
}

extension SPDYStatus: CustomStringConvertible {
  /// The name in the SPDY draft.
  package var description: String {
    (1...Self.names.count).contains(Int(rawValue)) ? Self.names[Int(rawValue) - 1] : "SPDY status \(rawValue)"
  }
}
