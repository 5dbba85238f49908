internal import CRIStreaming

/// The main command of a simulated container, to which a session is attached. Like a runtime, the session itself does not
/// report the exit status.
struct SimulatedMainCommand: ServedCommand {
  private var command: SimulatedCommand
  private let onExit: @Sendable (UInt8) -> Void

  init(_ command: SimulatedCommand, onExit: @escaping @Sendable (UInt8) -> Void) {
    self.command = command
    self.onExit = onExit
  }

  mutating func start() -> [ServedAction] { noting(command.start()) }
  mutating func receive(_ input: [UInt8]) -> [ServedAction] { noting(command.receive(input)) }
  mutating func endOfInput() -> [ServedAction] { noting(command.endOfInput()) }
  mutating func resize(_ size: TerminalSize) -> [ServedAction] { noting(command.resize(size)) }
  mutating func timeIsOver() -> [ServedAction] { noting(command.timeIsOver()) }

  private func noting(_ actions: [ServedAction]) -> [ServedAction] {
    actions.map { action in
      guard case .finish(.exited(let status)) = action else { return action }
      onExit(status)
      return .finish(.exited(status: 0))
    }
  }
}
