internal import CRISystem

/// Runs `systemctl`, and returns its output.
enum Systemctl {
  /// The caller's environment must not change what systemctl does: with POSIXLY_CORRECT, it treats options after the
  /// verb as units, and the other variables may colour names even in a pipe (systemctl(1)).
  static let program = ["env", "-u", "POSIXLY_CORRECT", "SYSTEMD_COLORS=0", "SYSTEMD_URLIFY=0", "systemctl"]

  /// One line of `systemctl list-jobs`.
  struct Job {
    let unit: Substring
    /// The type, such as `restart`.
    let type: Substring
  }

  /// - Throws: `.timedOut`, `.fileTooLarge`, or the error of a system call.
  static func capture(_ words: [String], timeout: Duration) throws(Errno) -> (ChildProcess.Termination, String) {
    let (termination, output) = try ChildProcess.capture(
      program + words, environment: nil, limit: 1 << 20, timeout: timeout)
    return (termination, String(decoding: output, as: UTF8.self))
  }

  /// systemd's jobs that have not finished; nil if systemctl has failed.
  /// - Throws: `.timedOut`, `.fileTooLarge`, or the error of a system call.
  static func jobs(timeout: Duration) throws(Errno) -> [Job]? {
    let (termination, output) = try capture(
      ["list-jobs", "--plain", "--no-legend", "--no-pager"], timeout: timeout)
    guard termination == .exited(0) else { return nil }
    return output.split(separator: "\n").compactMap { line in
      // JOB UNIT TYPE STATE
      let fields = line.split(separator: " ")
      return fields.count >= 3 ? Job(unit: fields[1], type: fields[2]) : nil
    }
  }
}
