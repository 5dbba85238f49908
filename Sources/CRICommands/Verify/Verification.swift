internal import CRI
internal import CRICommandLine
internal import CRINode
internal import CRIReport
internal import CRIRules
internal import CRISnapshot
internal import CRISystem
internal import CRIVerify

/// From a snapshot to the verdict: the work that `verify` and `guard` share.
struct Verification {
  let before: Snapshot
  /// nil to derive it from the snapshots.
  let scenario: Scenario?
  let threshold: Severity
  let scope: Scope
  /// Whether the exit code is 0 regardless of the findings.
  let onlyWarns: Bool
  /// Whether a process is started in each container.
  let probes: Bool

  /// Whether the snapshot has any of the selected pods; always true if all pods of a node are selected.
  var hasPods: Bool { scope.isWhole || before.sandboxes.contains { scope.contains($0.pod) } }

  /// The runtime's state once it is ready, or its state now if `timeout` is nil.
  func current(_ context: Context, timeout: Duration?) async throws(Failure) -> Snapshot {
    var snapshot = try await settled(context, timeout: timeout)
    if let timeout, let second = await secondLook(at: snapshot, context, timeout: timeout) { snapshot = second }
    if probes { await context.bulkClient().probeExec(&snapshot, in: scope, timeout: context.probeTimeout) }
    return snapshot
  }

  private func settled(_ context: Context, timeout: Duration?) async throws(Failure) -> Snapshot {
    guard let timeout else { return try await takeSnapshot(context.bulkClient()) }
    let deadline = ContinuousClock.now + timeout
    _ = try await Waiting.run(
      ReadinessWait(endpoint: context.endpoint, goal: .ready, api: context.selection, timeout: timeout),
      context)
    if before.runtime.condition("NetworkReady") == true {
      // A network that does not become ready is a finding, not a reason to stop.
      let network = ReadinessWait(
        endpoint: context.endpoint, goal: .network, api: context.selection, timeout: deadline - .now,
        stability: .zero)
      _ = await network.run()
    }
    let client = context.bulkClient()
    while true {
      let snapshot = try await takeSnapshot(client)
      // The list may be incomplete while kubelet creates pods, so a missing pod is reported only at the end of the
      // wait.
      let isFilling = snapshot.sandboxes.isEmpty && !before.sandboxes.isEmpty
      if !isFilling && !report(snapshot).awaitsPods || ContinuousClock.now >= deadline { return snapshot }
      await pause(.milliseconds(isFilling ? 200 : 500))
    }
  }

  /// The state after a pause. A runtime that has just started, or that has hung, notices what has ended only after it
  /// responds, so a loss counts only if it is still present then.
  /// - Returns: nil if nothing is lost, or if the state cannot be read completely again.
  private func secondLook(at first: Snapshot, _ context: Context, timeout: Duration) async -> Snapshot? {
    guard timeout > .zero, report(first).verdict(failingOn: threshold) == .lost else { return nil }
    await pause(min(.seconds(2), timeout / 2))
    guard let second = try? await takeSnapshot(context.bulkClient()) else { return nil }
    return second.incompleteSummary == nil ? second : nil
  }

  private func report(_ after: Snapshot) -> Report {
    Report(scenario: scenario, before: before, after: after, scope: scope)
  }

  /// The report in its general form.
  /// - Parameters:
  ///   - failure: How the guarded command failed; nil if it succeeded. After a failure, a good verdict is not enough.
  ///   - announced: The IDs of objects that were announced after the earlier snapshot was taken.
  func conclude(_ after: Snapshot, failure: String? = nil, announced: Set<String> = []) -> ReportView {
    var report = report(after)
    report.check(announced: announced, in: after)
    var code = ExitCodes(rawValue: report.verdict(failingOn: threshold).exitCode) ?? .unreachable
    // A command that failed may not have restarted anything: that is a failure of the command, not a vacuous check.
    if failure != nil && (code == .done || code == .vacuous) { code = .commandFailed }
    return ReportView(
      report, failingOn: threshold, exitCode: onlyWarns ? ExitCodes.done.rawValue : code.rawValue,
      checked: ReportOptions.now, failure: failure)
  }
}
