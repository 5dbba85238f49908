package import CRISnapshot

/// An error in a configuration file of CRI-O.
package struct CRIOConfigurationFault: Error, Hashable, Sendable {
  package let code: UnknownReason.Code
  /// The line number, starting at 1.
  package let line: Int
  /// The parser's error message, or the key whose value has the wrong type.
  package let message: String

  /// The codes of all faults: CRI-O exits because of each of them.
  static let codes: Set<UnknownReason.Code> = [.malformedConfiguration, .notAList, .notABoolean, .notText]

  init(_ code: UnknownReason.Code, line: Int, message: String) {
    self.code = code
    self.line = line
    self.message = message
  }
}
