internal import CRICommandLine
internal import CRISnapshot
internal import CRISystem

/// A job of systemd for the runtime's unit, such as a restart that was requested but has not finished: the command may
/// have used `--no-block`, or `systemctl` may have been killed while it was waiting.
struct RuntimeJob {
  private static let interval = Duration.milliseconds(200)

  private let unit: String

  /// Reads the unit of the runtime's process, which must be running.
  init?(of daemon: Daemon) {
    guard let unit = RestartCause.unit(of: daemon) else { return nil }
    self.unit = unit
  }

  /// Waits until systemd has no job for the unit.
  /// - Parameter onWait: Called once if there is a job.
  /// - Throws: A failure if the job has not ended in time, or if a signal arrives first.
  func wait(for limit: Duration, _ signals: SignalWatch, onWait: (String) -> Void) async throws(Failure) {
    let deadline = ContinuousClock.now + limit
    guard isPending else { return }
    onWait(unit)
    while isPending {
      if let received = signals.take().first(where: { !$0.isHangUp }) {
        throw Failure(.unreachable, "\(received.name) while systemd was working on \(unit)")
      }
      guard ContinuousClock.now < deadline else {
        throw Failure(.unreachable, "systemd did not finish its job for \(unit) in time (systemctl list-jobs)")
      }
      await pause(Self.interval)
    }
  }

  /// A job that was cancelled leaves a unit that is still stopping.
  private var isPending: Bool { Self.hasJob(for: unit) || Self.isChanging(unit) }

  /// Whether a unit is being started, stopped or reloaded; also true if systemd does not respond in time, and false
  /// without systemd.
  private static func isChanging(_ unit: String) -> Bool {
    do throws(Errno) {
      let (_, output) = try Systemctl.capture(["show", "--property=ActiveState", "--", unit], timeout: .seconds(10))
      return ["activating", "deactivating", "reloading"].contains { output.contains("ActiveState=\($0)\n") }
    } catch {
      return error == .timedOut
    }
  }

  /// Whether systemd has a job for a unit; also true if systemd does not respond in time, and false without systemd.
  static func hasJob(for unit: String) -> Bool {
    do throws(Errno) {
      if let jobs = try Systemctl.jobs(timeout: .seconds(10)) { return jobs.contains { $0.unit == unit } }
    } catch {
      return error == .timedOut || error == .fileTooLarge
    }
    // sd_booted(3): without systemd, systemctl fails.
    return (try? File.exists("/run/systemd/system")) != false
  }
}
