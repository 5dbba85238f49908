internal import CRIJSON
internal import CRIMonitor
internal import CRIProtobuf
internal import CRIReport
internal import CRISnapshot
internal import CRISystem

/// The programs that a monitor runs, none of them through a shell.
struct MonitorPrograms: Sendable {
  private static let hookTimeout = Duration.seconds(20)
  private static let lossTimeout = Duration.seconds(60)

  /// `cri-hook` of the systemd hooks; nil if the gate is not used.
  let hook: String?
  /// The name of the runtime for the hook; nil for that of the runtime itself.
  let hookName: String?
  /// The program to run after a loss; nil for none.
  let lossProgram: String?
  let log: MonitorLog

  /// Passes the state before the end of the runtime to the gate, which compares the new state with it before kubelet
  /// may start.
  func offer(_ snapshot: Snapshot, _ restart: Restart) async {
    guard let hook else { return }
    let usual = snapshot.runtime.name == "cri-o" ? "crio" : snapshot.runtime.name
    let time = "\(restart.noticed.nanoseconds / 1_000_000_000)"
    await run(
      [hook, "adopt", hookName ?? usual, snapshot.daemon.socket, time], snapshot.documentBytes, within: Self.hookTimeout
    )
  }

  /// Runs the program given with `--on-loss`, with the JSON report on its standard input.
  func reportLoss(_ view: ReportView) async {
    guard let lossProgram else { return }
    await run([lossProgram], Array((view.document.text(pretty: true) + "\n").utf8), within: Self.lossTimeout)
  }

  private func run(_ words: [String], _ input: [UInt8], within timeout: Duration) async {
    let result = await onThread { () -> Result<ChildProcess.Termination, Errno> in
      do throws(Errno) {
        return .success(try ChildProcess.capture(words, environment: nil, input: input, timeout: timeout).termination)
      } catch {
        return .failure(error)
      }
    }
    switch result {
    case .success(let termination):
      if let failure = termination.failure { log.write("\(words[0]) \(failure)", .warning) }
    case .failure(let error): log.write("\(words[0]) did not run to completion: \(error)", .warning)
    }
  }
}
