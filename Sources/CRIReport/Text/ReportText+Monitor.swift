package import CRIDoctor
package import CRIMonitor
internal import CRIRules
internal import CRISnapshot

/// The sentences about restarts that a monitor has noticed.
extension ReportText {
  /// What ended the runtime's process, and whether that was planned.
  package func cause(_ explanation: Restart.Explanation) -> String {
    let parts = [
      cause(explanation.cause), explanation.isPlanned ? worded("a snapshot was taken before") : nil,
      explanation.hasNewProgram == true ? worded("its executable had been replaced") : nil,
    ]
    return parts.compactMap(\.self).joined(separator: ", ")
  }

  private func cause(_ cause: Restart.Cause) -> String {
    switch cause {
    case .unknown: worded("the cause is unknown")
    case .exited(let status): worded("the process exited with status \(status)")
    case .killed(let signal): worded("the process was killed by \(Self.signalName(signal))")
    case .outOfMemory: worded("the process was killed because memory was exhausted")
    case .stopped: worded("the service manager stopped the process on request")
    case .socketReplaced: worded("another process listens on the socket")
    }
  }

  /// The state with which the state after the restart was compared: its age, and what had changed since.
  package func comparedState(_ restart: Restart) -> String {
    let end = restart.wasWatched ? "the runtime ended" : "the monitor was started"
    let age = "the compared state was read \(Self.age(restart.stateAge)) before \(end)"
    guard restart.wasWatched else {
      return worded("\(age); no monitor was running when the runtime ended, so later changes are unknown")
    }
    if restart.missesChanges { return worded("\(age); the runtime sends no events, so later changes are unknown") }
    let changes = restart.changes
    guard !changes.isEmpty else { return worded("\(age); the runtime had reported no change since") }
    let parts = [
      changes.added.isEmpty ? nil : "\(changes.added.count) new",
      changes.changed.isEmpty ? nil : "\(changes.changed.count) changed",
      changes.removedCount == 0 ? nil : "\(changes.removedCount) removed",
    ].compactMap(\.self)
    return worded(
      "\(age); since then the runtime had reported \(Self.list(parts)) \(changes.count == 1 ? "object" : "objects")"
        + (changes.added.isEmpty ? "" : ", and new ones were not compared"))
  }

  /// The line that says that an examination has found a problem.
  package func appeared(_ finding: DoctorFinding) -> String {
    worded("problem: \(finding.object): \(fact(finding)) [\(finding.rule.id.label)]; \(rule(finding.rule.id).remedy)")
  }

  /// The line that says that an examination has not found a problem any more.
  package func disappeared(_ finding: DoctorFinding) -> String {
    worded("solved: \(finding.object): \(fact(finding)) [\(finding.rule.id.label)]")
  }

  /// The line that says that the runtime has ended.
  package func ended(_ restart: Restart, runtime: String) -> String {
    let process = restart.daemon.pid.map { " (process \($0))" } ?? ""
    let event =
      restart.wasWatched ? "has ended" : "is not the process of the saved state any more"
    return worded("\(runtime)\(process) \(event); its state will be verified when it is ready again")
  }

  /// The line that says that there is no runtime yet.
  package func waiting(for endpoint: String, error: String) -> String {
    worded("waiting for a runtime on \(endpoint): \(error)")
  }

  /// The line that says that the runtime does not respond.
  package func hanging(for duration: Duration, stateAge: Duration) -> String {
    worded(
      "the runtime did not respond within \(Self.text(of: duration)); the state that is kept is \(Self.text(of: stateAge)) old"
    )
  }

  /// The line with the result of a verification.
  /// - Parameter conclusion: The last line of the report.
  package func restarted(_ restart: Restart, runtime: String, conclusion: String) -> String {
    worded("\(runtime) was restarted, \(cause(restart.explanation)): \(conclusion)")
  }

  private static func signalName(_ number: Int32) -> String {
    let names: [Int32: String] = [
      1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL",
      11: "SIGSEGV", 15: "SIGTERM", 24: "SIGXCPU", 31: "SIGSYS",
    ]
    return names[number] ?? "signal \(number)"
  }

  /// `0.3 s`, `45 s`, `12 min` or `3 h`.
  private static func age(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    switch seconds {
    case ..<10: return "\(seconds).\(attoseconds / 100_000_000_000_000_000) s"
    case ..<120: return "\(seconds) s"
    case ..<7200: return "\(seconds / 60) min"
    default: return "\(seconds / 3600) h"
    }
  }
}
