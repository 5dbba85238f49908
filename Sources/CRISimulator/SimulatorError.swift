/// Why there can be no simulated runtime: a file that cannot be read, a description that says nothing sensible.
public struct SimulatorError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One line that names the file and the place.
  public let description: String

  init(_ description: String) { self.description = description }
}
