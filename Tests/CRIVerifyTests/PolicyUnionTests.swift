import CRIMessages
import CRIProtobuf
import CRIReport
import CRIRules
import CRISnapshot
import CRIVerify
import TestSupport
import Testing

/// The decisions of docs/kubelet.md for every combination of the states on which they depend.
@Suite struct PolicyUnionTests {
  enum Initial: CaseIterable { case none, done, running, failed }
  enum Main: CaseIterable { case running, succeeded, failed, missing, created }
  enum Sandbox: CaseIterable { case ready, notReady, missing, withoutAddress }
  enum Source: CaseIterable { case file, api, unknown }

  struct Node: Sendable, CustomTestStringConvertible {
    let initial: Initial
    let main: Main
    let sandbox: Sandbox
    let source: Source
    var testDescription: String { "init \(initial), main \(main), sandbox \(sandbox), source \(source)" }

    static let all = Initial.allCases.flatMap { initial in
      Main.allCases.flatMap { main in
        Sandbox.allCases.flatMap { sandbox in
          Source.allCases.map { Node(initial: initial, main: main, sandbox: sandbox, source: $0) }
        }
      }
    }

    /// The container main had not been started if the init container was running.
    var hasMainBefore: Bool { initial == .none || initial == .done || main != .missing }
    var wasMainRunning: Bool { initial == .none || initial == .done }

    /// - Parameters:
    ///   - policy: The policy in the specification; nil for no specification.
    ///   - hasKinds: Whether the specification lists the containers.
    func report(_ policy: RestartPolicy?, hasKinds: Bool = false) -> Report {
      var (before, after) = (Snapshot.before, Snapshot.after)
      let annotation: String? = source == .unknown ? nil : source == .api ? "api" : "file"
      before.sandboxes[0].status.annotations["kubernetes.io/config.source"] = annotation
      after.sandboxes[0] = before.sandboxes[0]
      before.containers.removeAll { $0.sandboxID == "sandbox-web" }
      after.containers = before.containers
      var setup = Snapshot.container("setup", in: "web", pid: 1200)
      if initial == .done {
        setup = Snapshot.container("setup", in: "web", exit: 0)
        setup.status.finishedAt = Timestamp(seconds: 1_999_990_015)
      }
      if initial != .none { before.containers.append(setup) }
      if initial == .failed { setup = Snapshot.container("setup", in: "web", exit: 1) }
      if initial != .none { after.containers.append(setup) }
      let now: ContainerRecord? =
        switch main {
        case .running: Snapshot.container("main", in: "web", pid: 1201)
        case .succeeded: Snapshot.container("main", in: "web", exit: 0)
        case .failed: Snapshot.container("main", in: "web", exit: 1)
        case .missing: nil
        case .created: Self.created
        }
      if let now { after.containers.append(now) }
      if wasMainRunning {
        before.containers.append(Snapshot.container("main", in: "web", pid: 1201))
      } else if let now {
        before.containers.append(now)
      }
      switch sandbox {
      case .ready: break
      case .notReady: after.sandboxes[0].status.state = .notReady
      case .missing: after.sandboxes.removeFirst()
      case .withoutAddress: after.sandboxes[0].status.network?.ip = ""
      }
      if let policy {
        var containers = [PodSpecification.Container("main", .regular)]
        if initial != .none { containers.insert(PodSpecification.Container("setup", .initial), at: 0) }
        before.pods = [
          PodSpecification(
            pod: before.sandboxes[0].pod, restartPolicy: policy, containers: hasKinds ? containers : [])
        ]
      }
      return Report(before, after)
    }

    private static var created: ContainerRecord {
      var record = Snapshot.container("main", in: "web", pid: 1201)
      record.status.state = .created
      return record
    }
  }

  struct Outcome: Hashable {
    var action: Prediction.Action
    var rule: KubeletRule?
    var containers: [String]
    var trigger: Prediction.Trigger?
  }

  private static func prediction(_ report: Report) throws -> Prediction {
    try #require(report.predictions.first { $0.pod.name == "web" })
  }

  @Test(arguments: Node.all) func `an unknown policy has the outcomes of all policies`(node: Node) throws {
    let report = node.report(nil)
    let unknown = try Self.prediction(report)
    #expect(unknown.restartPolicy == nil && unknown.dependsOnPolicy == !unknown.alternatives.isEmpty)
    var outcomes: Set<Outcome> = []
    var completed: Set<String> = []
    for policy in RestartPolicy.allCases {
      let known = try Self.prediction(node.report(policy))
      #expect(known.alternatives.isEmpty && !known.dependsOnPolicy)
      let outcome = Outcome(
        action: known.action, rule: known.rule, containers: known.containers, trigger: known.trigger)
      outcomes.insert(outcome)
      completed.formUnion(known.completedIfStopped)
      let alternative = unknown.alternatives.first { $0.policies.contains(policy) }
      let named =
        alternative.map {
          Outcome(action: $0.action, rule: $0.rule, containers: $0.containers, trigger: $0.trigger)
        }
        ?? Outcome(
          action: unknown.action, rule: unknown.rule, containers: unknown.containers, trigger: unknown.trigger)
      #expect(named == outcome, "\(policy)")
    }
    #expect(unknown.alternatives.isEmpty == (outcomes.count == 1))
    #expect(Set(unknown.completedIfStopped) == completed)
    let endsSometimes = outcomes.contains { $0.action == .kill } && unknown.action != .kill
    if endsSometimes { #expect(unknown.mayEnd) }
    // The report names each outcome and the policies that cause it.
    let view = ReportView(report, failingOn: .major, exitCode: 0, checked: Timestamp(seconds: 1))
    let text = ReportFormat.table.text(view)
    for alternative in unknown.alternatives where alternative.action == .kill && unknown.action != .kill {
      let names = alternative.policies.map(\.rawValue).joined(separator: " or ")
      let isNamed =
        text.contains("those with restartPolicy \(names) ") || text.contains("end the pod if it is \(names)")
      #expect(isNamed, "\(text)")
    }
  }

  @Test(arguments: Node.all.filter { $0.initial == .none || $0.initial == .done || $0.main == .missing })
  func `the prediction is the table's decision`(node: Node) throws {
    for policy in RestartPolicy.allCases {
      let prediction = try Self.prediction(node.report(policy, hasKinds: true))
      let expected = Self.decision(node, policy)
      #expect(
        prediction.action == expected.action && prediction.rule == expected.rule, "\(policy): \(prediction)")
    }
  }

  /// The tables of docs/kubelet.md, for a pod with at most one init container and one regular container.
  private static func decision(_ node: Node, _ policy: RestartPolicy) -> (action: Prediction.Action, rule: KubeletRule?)
  {
    func starts(_ code: Int32) -> Bool { policy == .always || policy == .onFailure && code != 0 }
    let code: Int32? =
      switch node.main {
      case .succeeded: 0
      case .failed: 1
      case .missing: node.source == .file || !node.hasMainBefore ? nil : 137
      case .running, .created: nil
      }
    let isOver =
      node.initial == .failed && policy == .never || node.initial != .running && code.map { !starts($0) } ?? false
    let sandbox: KubeletRule? =
      switch node.sandbox {
      case .ready: nil
      case .notReady: .c3
      case .missing: .c1
      case .withoutAddress: .c5
      }
    if let sandbox {
      let hasContainers = node.initial != .none || node.main != .missing
      let isEnded = isOver || policy == .never && node.sandbox != .missing && hasContainers
      return (isEnded ? .kill : .recreate, sandbox)
    }
    if isOver { return (.kill, .b7) }
    switch (node.initial, node.main) {
    case (.running, _), (_, .running): return (.keep, nil)
    case (.failed, _), (_, .succeeded), (_, .failed): return (.restartContainers, .b4)
    case (_, .missing): return (.restartContainers, .b1)
    case (_, .created): return (.restartContainers, .b3)
    }
  }
}
