import CRISystem
import TestSupport

/// A simulated runtime in a separate process, which can be killed and started again with its state.
final class SimulatorProcess: Sendable {
  let socket: String
  private let state: String
  private let process: Locked<SpawnedProcess?>

  /// - Parameter arguments: The arguments of `cri-sim`, such as `--pods 3`.
  init(in directory: TemporaryDirectory, _ arguments: [String] = ["--pods", "3", "--containers", "5"]) async throws {
    socket = directory.file("sim.sock")
    state = directory.file("sim.state")
    process = Locked(nil)
    try await start(arguments)
  }

  static var program: String { Tool.path("cri-sim") }

  var arguments: [String] { ["--socket", socket, "--state", state] }

  func start(_ more: [String] = []) async throws {
    let started = try SpawnedProcess([Self.program] + arguments + more)
    process.withLock { $0 = started }
    guard more.contains(where: { $0 == "no-socket" }) else {
      let serves = await eventually(within: .seconds(60)) { [socket] in UnixSocket.isServed(socket) }
      if !serves { throw Errno.connectionRefused }
      return
    }
  }

  /// - Parameter number: The number of the signal that terminates it: 15 or 9.
  func end(_ number: Int32 = 15) async {
    guard let running = process.withLock({ $0 }) else { return }
    running.signal(number)
    _ = await running.end()
    process.withLock { $0 = nil }
  }

  func restart(_ more: [String] = [], signal: Int32 = 15) async throws {
    await end(signal)
    try await start(more)
  }

  var pid: Int32? { process.withLock { $0 }?.pid }
}
