/// The reason why one end no longer accepts new streams (SPDY/3.1 draft, section 2.6.6).
package struct SPDYGoAwayStatus: Hashable, Sendable, RawRepresentable {
  package let rawValue: UInt32
  package init(rawValue: UInt32) { self.rawValue = rawValue }

  package static let okay = SPDYGoAwayStatus(rawValue: 0)
  package static let protocolError = SPDYGoAwayStatus(rawValue: 1)
  package static let internalError = SPDYGoAwayStatus(rawValue: 2)
}

extension SPDYGoAwayStatus: CustomStringConvertible {
  /// The name in the SPDY draft.
  package var description: String {
    switch self {
    case .okay: "OK"
    case .protocolError: "PROTOCOL_ERROR"
    case .internalError: "INTERNAL_ERROR"
    default: "SPDY status \(rawValue)"
    }
  }
}
