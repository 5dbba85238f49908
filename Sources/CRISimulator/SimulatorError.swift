/// The reason why a simulated runtime could not be created: a file that cannot be read, or an invalid recording or
/// description.
public struct SimulatorError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One line that names the file, the position in it, and the reason.
  public let description: String

  init(_ description: String) { self.description = description }
}
