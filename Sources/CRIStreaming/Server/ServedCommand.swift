/// A command that a `StreamServer` runs. It reacts to the client's events on the connection's thread.
package protocol ServedCommand: Sendable {
  mutating func start() -> [ServedAction]
  mutating func receive(_ input: [UInt8]) -> [ServedAction]
  mutating func endOfInput() -> [ServedAction]
  mutating func resize(_ size: TerminalSize) -> [ServedAction]
  /// Called when the time given with `.wait` has passed.
  mutating func timeIsOver() -> [ServedAction]
}

/// An action of a served command.
package enum ServedAction: Hashable, Sendable {
  case output(RemoteOutput, [UInt8])
  /// Calls `timeIsOver` after this time.
  case wait(Duration)
  case finish(CommandResult)
  /// Closes the connection without a final status.
  case drop
}
