import CRIGRPC
import CRIJSON
import CRIMessages
import CRIProtobuf
import CRIRules
import CRISnapshot
import CRISystem
import CRIVerify
import TestSupport
import Testing

/// Runs `cri verify` as users run it.
@Suite(.timeLimit(.minutes(10))) struct VerifyCommandTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func write(_ snapshot: Snapshot, _ name: String) throws -> String {
    try TestFile.write(snapshot.json.text(), to: directory.file(name))
    return directory.file(name)
  }

  /// Verifies two recorded snapshots after a change.
  private func verify(
    _ runtime: String = "containerd-2.4", _ arguments: [String] = [],
    change: (_ before: inout Snapshot, _ after: inout Snapshot) -> Void = { _, _ in }
  ) async throws -> Tool {
    var (before, after) = (try Snapshot.recorded(runtime, .before), try Snapshot.recorded(runtime, .after))
    change(&before, &after)
    return try await Tool.cri(
      ["verify", "--before", try write(before, "before"), "--after", try write(after, "after")] + arguments)
  }

  // MARK: Two files

  @Test(arguments: Recording.runtimes.dropFirst()) func `a restart that loses nothing is intact`(runtime: String)
    async throws
  {
    let run = try await verify(runtime)
    #expect(run.code == 0 && run.errors.isEmpty, "\(run)")
    #expect(run.output.contains("intact: 3 ready pods, nothing is lost"))
    // An intact verdict requires a list of what was not checked.
    #expect(run.output.contains("not checked: processes, network namespaces and the addresses in them"))
  }

  @Test func `containerd 1.6.12's losses are listed by pod, with kubelet's reaction`() async throws {
    let run = try await verify("containerd-1.6.12")
    #expect(run.code == 1 && run.errors.isEmpty)
    for record in try Snapshot.recorded("containerd-1.6.12", .before).sandboxes where record.isReady {
      let lines = run.output.split(separator: "\n").filter { $0.contains("\(record.pod) ") }
      let isNamed = lines.contains {
        $0.hasPrefix("CRITICAL") && $0.contains("network.ip \(record.ip) → none") && $0.contains("C5")
      }
      #expect(isNamed != record.isHostNetwork, "\(run.output)")
    }
    #expect(run.output.contains("LOST"))
    #expect(run.output.contains("containerd#7843"))
    #expect(
      run.output.contains("\nkubelet will kill and recreate 2 pods (") && run.output.contains("\nkubelet keeps 1 pod\n")
    )

    // Every pod that has its own network is recreated (C5) at kubelet's next restart; the others are kept.
    let report = try JSON.parse(try await verify("containerd-1.6.12", ["-o", "json"]).output)
    let reactions = (report["pods"]?.arrayValue ?? []).map { pod in
      ["namespace", "pod", "action", "rule", "trigger"].map { pod[$0]?.stringValue ?? "-" }.joined(separator: " ")
    }
    let expected = try Snapshot.recorded("containerd-1.6.12", .before).sandboxes.filter(\.isReady).map { record in
      "\(record.pod.namespace) \(record.pod.name) "
        + (record.isHostNetwork ? "keep - -" : "recreate C5 at-kubelet-restart")
    }
    #expect(Set(reactions) == Set(expected) && reactions.count == expected.count)
    for record in try Snapshot.recorded("containerd-1.6.12", .before).sandboxes where !record.isReady {
      #expect(!run.output.contains("\(record.pod) "), "\(run.output)")
    }
  }

  @Test func `the report is written as a document`() async throws {
    for (runtime, code, verdict) in [("containerd-1.6.12", Int32(1), "lost"), ("containerd-2.4", 0, "intact")] {
      let run = try await verify(runtime, ["-o", "json"])
      #expect(run.code == code)
      let document = try JSON.parse(run.output)
      #expect(document["kind"] == "cri-report" && document["verdict"]?.stringValue == verdict)
      #expect(document["exitCode"]?.intValue == Int64(code))
    }
  }

  @Test(arguments: [("minor", Int32(1)), ("major", 0), ("critical", 0)])
  func `the threshold determines which findings count`(threshold: String, code: Int32) async throws {
    let run = try await verify("containerd-2.4", ["--fail-on", threshold, "-o", "json"]) { _, after in
      after.containers[0].status.imageRef = "sha256:other"
    }
    #expect(run.code == code)
    #expect(try JSON.parse(run.output)["exitCode"]?.intValue == Int64(code))
  }

  @Test func `a daemon that was not restarted makes the verdict vacuous`() async throws {
    let run = try await verify { before, after in after.daemon = before.daemon }
    #expect(run.code == 4 && run.output.contains("not restarted"))
  }

  @Test func `a snapshot of another node makes the verdict vacuous`() async throws {
    let run = try await verify("containerd-2.4", ["-o", "json"]) { _, after in
      after.host.machineID = "another"
      after.host.bootID = "another"
      after.sandboxes = []
    }
    #expect(run.code == 4)
    let document = try JSON.parse(run.output)
    #expect(document["verdict"] == "vacuous" && document["exitCode"] == 4)
    #expect(document["reason"]?.stringValue?.contains("a different node") == true)
  }

  @Test func `an empty node makes the verdict vacuous`() async throws {
    let run = try await verify { before, _ in (before.sandboxes, before.containers) = ([], []) }
    #expect(run.code == 4 && run.output.contains("nothing to verify"))
  }

  @Test func `unreadable objects leave the verdict open`() async throws {
    let run = try await verify { _, after in
      let gone = after.sandboxes.removeFirst().id
      after.unchecked = [Unchecked.details(ObjectName(.pod, id: gone), "no response in time")]
    }
    #expect(run.code == 3, "\(run)")
    #expect(run.output.contains("unverified") && run.output.contains("no response in time"))
  }

  @Test func `after a reboot there is no verdict before kubelet has recreated the pods`() async throws {
    let run = try await verify("containerd-2.4", ["--scenario", "reboot"]) { before, after in
      (before.host.bootID, after.host.bootID) = ("boot-1", "boot-2")
      let kubelet = ObservedKubelet(processes: .known([.init(pid: 40, startTime: 4)]), podDirectories: .known([]))
      before.observed = ObservedNode(kubelet: kubelet)
      after.observed = ObservedNode(kubelet: ObservedKubelet(processes: .known([]), podDirectories: .known([])))
      for index in after.sandboxes.indices { after.sandboxes[index].status.state = .notReady }
      for index in after.containers.indices where after.containers[index].isRunning {
        after.containers[index].status.state = .exited
      }
    }
    #expect(run.code == 3, "\(run)")
    #expect(run.output.contains("new sandboxes of 3 pods: kubelet, which creates them, is not running"), "\(run)")
    #expect(run.output.contains("verify after it has started") && run.output.contains("\nunverified"), "\(run)")
    let help = try await Tool.cri(["verify", "--help"])
    let words = help.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.contains("after kubelet has started"), "\(help)")
  }

  @Test func `the snapshot may come from standard input`() async throws {
    let before = try Snapshot.recorded("containerd-1.6.12", .before)
    let after = try write(try Snapshot.recorded("containerd-1.6.12", .after), "after")
    let run = try await Tool.cri(["verify", "--before", "-", "--after", after], input: before.json.text())
    #expect(run.code == 1)
  }

  // MARK: Files that are not snapshots

  @Test(arguments: [
    ("", "is empty"), ("  \n", "is empty"), ("{\"kind\": \"cri-snap", "truncated"), ("hello", "not JSON"),
    ("{}", "not a snapshot"), (#"{"kind":"cri-snapshot","schema":99}"#, "schema 99"),
    (#"{"kind":"cri-snapshot","schema":1}"#, "damaged at taken"),
  ])
  func `an unusable snapshot is reported in one line with exit code 2`(text: String, words: String) async throws {
    try TestFile.write(text, to: directory.file("bad"))
    let run = try await Tool.cri(["verify", "--before", directory.file("bad")], on: directory.file("no.sock"))
    #expect(run.code == 2)
    SnapshotCommandTests.expectOneLine(run, containing: words)
    #expect(run.errors.contains(directory.file("bad")))
  }

  @Test func `a usage error exits with 2`() async throws {
    let file = try write(try Snapshot.recorded("containerd-2.4", .before), "s")
    for arguments in [
      [], ["--before"], ["--before", file, "--fail-on", "info"], ["--before", file, "--scenario", "migration"],
      ["--before", file, "--wait", "soon"], ["--before", file, "-o", "text"], ["--before", directory.path],
      ["--before", file, "--after", directory.file("missing")],
    ] {
      let run = try await Tool.cri(["verify"] + arguments, on: directory.file("no.sock"))
      #expect(run.code == 2, "\(arguments): \(run)")
      SnapshotCommandTests.expectOneLine(run, containing: "cri: ")
    }
  }

  @Test(arguments: [
    (
      ["verify", "--before", "x", "--scenario", "foo"], "auto, restart, upgrade, wipe, reboot, migrate, kubelet-restart"
    ),
    (["guard", "--scenario", "foo", "--", "true"], "auto, restart, upgrade, wipe, reboot, migrate, kubelet-restart"),
    (["rules", "--scenario", "foo"], "restart, upgrade, wipe, reboot, migrate, kubelet-restart"),
    (["rules", "-o", "foo"], "'text' and 'json'"),
    (["verify", "--before", "x", "--fail-on", "foo"], "critical, major"),
    (["preflight", "-o", "foo"], "table, json"),
  ])
  func `the error about an unknown value lists all valid values`(arguments: [String], words: String)
    async throws
  {
    let run = try await Tool.cri(arguments, on: directory.file("no.sock"))
    #expect(run.code == 2, "\(run)")
    SnapshotCommandTests.expectOneLine(run, containing: words)
  }

  @Test(arguments: [[], ["--scenario", "reboot"]]) func `the rules fit the width of a terminal`(arguments: [String])
    async throws
  {
    let run = try await Tool.cri(["rules"] + arguments, on: directory.file("no.sock"))
    let lines = run.output.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 120 }, "\(run.output)")
    let isWhole = arguments.isEmpty
    let legend = "IN: r restart, u upgrade, w wipe, b reboot, m migrate, k kubelet-restart; p preflight, d doctor"
    #expect((lines.last == legend[...]) == isWhole)
    let ids = Set(lines.compactMap { $0.split(separator: " ").first.map(String.init) })
    let rules = Rule.all.filter { isWhole || $0.scenarios.contains(.reboot) }
    #expect(ids.isSuperset(of: rules.map(\.id.rawValue)))
    #expect(lines.contains { $0.hasPrefix("network.ip-on-disk (P1) ") } == isWhole)
    #expect(lines.contains { $0.hasPrefix("pod.new-ip ") && $0.contains("critical  -") } == isWhole)
  }

  @Test func `the rules of all commands are listed for a program`() async throws {
    let run = try await Tool.cri(["rules", "-o", "json"], on: directory.file("no.sock"))
    let rules = try #require(try JSON.parse(run.output).arrayValue)
    #expect(rules.count == Rule.all.count)
    #expect(Set(rules.compactMap { $0["rule"]?.stringValue }) == Set(RuleID.allCases.map(\.rawValue)))
    #expect(rules.allSatisfy { $0["reason"]?.stringValue?.isEmpty == false && $0["severity"] != nil })
    let rule = try #require(rules.first { $0["alias"] == "P1" })
    #expect(rule["rule"] == "network.ip-on-disk" && rule["command"] == "preflight" && rule["predicts"] == "pods")
    #expect(rules.first { $0["rule"] == "pod.ip" }?["scenarios"]?[0] == "restart")
  }

  @Test func `a pod that the snapshot does not contain is a usage error`() async throws {
    let known = try #require(try Snapshot.recorded("containerd-2.4", .before).sandboxes.first?.pod.name)
    let run = try await verify("containerd-2.4", ["--pod", known, "--pod", "nope", "-o", "json"])
    #expect(run.code == 2)
    #expect(run.errors.hasPrefix("cri: --pod nope: the snapshot has no such pod; it has "), "\(run)")
  }

  // MARK: A runtime that was restarted

  @Test func `without a runtime nothing is verified`() async throws {
    let file = try write(try Snapshot.recorded("containerd-2.4", .before), "s")
    let run = try await Tool.cri(["verify", "--before", file], on: directory.file("no.sock"))
    #expect(run.code == 3)
    SnapshotCommandTests.expectOneLine(run, containing: "No such file or directory")
    let waiting = try await Tool.cri(["verify", "--before", file, "--wait", "300ms"], on: directory.file("no.sock"))
    #expect(waiting.code == 3)
    SnapshotCommandTests.expectOneLine(waiting, containing: "not ready within 300 ms: the socket does not exist")
  }

  @Test(arguments: [Int32(15), 9]) func `a restart that loses nothing differs from no restart`(signal: Int32)
    async throws
  {
    let runtime = try await SimulatorProcess(in: directory)
    #expect(try await Tool.cri(["snapshot", "-o", directory.file("s")], on: runtime.socket).code == 0)
    let vacuous = try await Tool.cri(["verify", "--before", directory.file("s")], on: runtime.socket)
    #expect(vacuous.code == 4, "\(vacuous)")
    try await runtime.restart(signal: signal)
    let run = try await Tool.cri(["verify", "--before", directory.file("s")], on: runtime.socket)
    #expect(run.code == 0, "\(run)")
  }

  /// Removes the info findings: a simulated pod has no real network, which is reported as info.
  private func worse(_ report: JSON) throws -> [JSON] {
    try #require(report["findings"]?.arrayValue).filter { $0["severity"] != "info" }
  }

  /// A loss that the simulator can cause, the expected exit code, and the rule that must be reported.
  static let losses: [(loss: String, code: Int32, rule: String)] = [
    ("keep", 0, ""), ("lose-ips", 1, "pod.ip"), ("lose-pods", 1, "runtime.wiped"),
    ("lose-containers", 1, "container.missing"), ("lose-images", 1, "image.missing"), ("stop-pods", 1, "pod.state"),
    ("unknown-containers", 1, "container.state"), ("exit-containers", 1, "container.state"),
    ("restart-containers", 1, "container.replaced"), ("recreate-pods", 1, "pod.replaced"),
    ("duplicate-pods", 1, "pod.several-ready"), ("lose-hashes", 1, "container.hash"),
    ("network-not-ready", 1, "runtime.network"), ("reboot", 1, "pod.state"),
  ]

  @Test(arguments: losses) func `every loss is found by its rule`(loss: String, code: Int32, rule: String) async throws
  {
    let runtime = try await SimulatorProcess(in: directory)
    #expect(try await Tool.cri(["snapshot", "-o", directory.file("s")], on: runtime.socket).code == 0)
    try await runtime.restart(["--on-restart", loss])
    let run = try await Tool.cri(["verify", "--before", directory.file("s"), "-o", "json"], on: runtime.socket)
    #expect(run.code == code, "\(run.output)")
    let findings = try worse(JSON.parse(run.output))
    #expect(rule.isEmpty ? findings.isEmpty : findings.contains { $0["rule"]?.stringValue == rule }, "\(run.output)")
  }

  /// `kubectl get pods -o json` for the pods and containers of a snapshot.
  private func podList(_ snapshot: Snapshot, policy: String) -> String {
    let items = snapshot.sandboxes.map { sandbox -> JSON in
      let names = Set(snapshot.containers.filter { $0.sandboxID == sandbox.id }.map(\.name)).sorted()
      return [
        "kind": "Pod",
        "metadata": [
          "name": .string(sandbox.pod.name), "namespace": .string(sandbox.pod.namespace),
          "uid": .string(sandbox.pod.uid),
        ],
        "spec": [
          "restartPolicy": .string(policy), "containers": .array(names.map { ["name": .string($0)] }),
        ],
      ]
    }
    return (["kind": "List", "items": .array(items)] as JSON).text()
  }

  @Test(
    arguments: [
      ("Never", "kill", "B7", false), ("Always", "restart-containers", "B4", false),
      // The simulated pods have the label of a ReplicaSet, which allows only the policy Always.
      (nil, "restart-containers", "B4", false),
    ] as [(String?, String, String, Bool)])
  func `the policies in the --pods file apply, whether it is given to verify or to snapshot`(
    policy: String?, action: String, rule: String, mayEnd: Bool
  ) async throws {
    let runtime = try await SimulatorProcess(in: directory)
    #expect(try await Tool.cri(["snapshot", "-o", directory.file("s")], on: runtime.socket).code == 0)
    let snapshot = try Snapshot(parsing: File.read(directory.file("s")))
    let option = policy == nil ? [] : ["--pods", directory.file("pods.json")]
    try TestFile.write(podList(snapshot, policy: policy ?? "Always"), to: directory.file("pods.json"))
    #expect(try await Tool.cri(["snapshot", "-o", directory.file("t")] + option, on: runtime.socket).code == 0)
    try await runtime.restart(["--on-restart", "exit-containers"])
    for arguments in [["--before", directory.file("s")] + option, ["--before", directory.file("t")]] {
      let run = try await Tool.cri(["verify", "-o", "json"] + arguments, on: runtime.socket)
      #expect(run.code == 1, "\(run)")
      let pods = try #require(try JSON.parse(run.output)["pods"]?.arrayValue?.filter { $0["action"] != "keep" })
      #expect(!pods.isEmpty)
      for pod in pods {
        #expect(pod["action"]?.stringValue == action && pod["rule"]?.stringValue == rule, "\(pod)")
        #expect(pod["mayEnd"]?.boolValue == mayEnd && pod["restartPolicy"]?.stringValue == policy, "\(pod)")
      }
    }
  }

  @Test func `only one of two files can be standard input`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    let run = try await Tool.cri(["verify", "--before", "-", "--pods", "-"], on: runtime.socket)
    #expect(run.code == 2 && run.errors.contains("both read standard input"), "\(run)")
  }

  @Test func `the loss of one pod names only that pod`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    #expect(try await Tool.cri(["snapshot", "-o", directory.file("s")], on: runtime.socket).code == 0)
    let pod = try Snapshot(parsing: File.read(directory.file("s"))).sandboxes[1].pod
    try await runtime.restart(["--on-restart", "lose-ips=\(pod)"])
    let run = try await Tool.cri(["verify", "--before", directory.file("s"), "-o", "json"], on: runtime.socket)
    #expect(run.code == 1)
    let document = try JSON.parse(run.output)
    let findings = try worse(document)
    #expect(!findings.isEmpty && findings.allSatisfy { $0["object"]?["uid"]?.stringValue == pod.uid })
    #expect(document["summary"]?["recreate"] == 1 && document["summary"]?["keep"] == 2)
  }

  @Test(arguments: [("unknown", "700ms"), ("unavailable", "700ms"), ("hang", "1500ms"), ("no-socket", "700ms")])
  func `the command waits for a starting runtime`(style: String, time: String) async throws {
    let runtime = try await SimulatorProcess(in: directory)
    #expect(try await Tool.cri(["snapshot", "-o", directory.file("s")], on: runtime.socket).code == 0)
    try await runtime.restart(["--not-ready", time, "--not-ready-style", style])
    let run = try await Tool.cri(["verify", "--before", directory.file("s"), "--wait", "60s"], on: runtime.socket)
    #expect(run.code == 0 && run.errors.isEmpty, "\(run)")
  }

  @Test func `verify waits for a network that becomes ready late`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    #expect(try await Tool.cri(["snapshot", "-o", directory.file("s")], on: runtime.socket).code == 0)
    try await runtime.restart(["--network-ready-after", "4s"])
    let run = try await Tool.cri(["verify", "--before", directory.file("s"), "--wait", "60s"], on: runtime.socket)
    #expect(run.code == 0, "\(run)")
  }

  @Test func `details that time out leave the verdict open`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    #expect(try await Tool.cri(["snapshot", "-o", directory.file("s")], on: runtime.socket).code == 0)
    try await runtime.restart(["--fail", "PodSandboxStatus=UNKNOWN:the shim is silent"])
    let run = try await Tool.cri(["verify", "--before", directory.file("s")], on: runtime.socket)
    #expect(run.code == 3, "\(run)")
    #expect(run.output.contains("not checked: sandbox") && run.output.contains("the shim is silent"))
  }

  /// How often the runtime lists no images, and the exit code of `verify`: the daemon is not restarted, so without a loss
  /// it is 4.
  private static let missingLists: [(count: Int, options: [String], code: Int32)] = [
    (0, ["--wait", "4s"], 4), (1, ["--wait", "4s"], 4), (1, [], 1), (2, ["--wait", "4s"], 1),
  ]

  @Test(arguments: missingLists)
  func `a loss counts after a wait only if it is still present after a pause`(
    count: Int, options: [String], code: Int32
  ) async throws {
    let calls = try Recording("containerd-2.4", .after).calls
    let replies = Dictionary(calls.map { ("\($0.name) \($0.request)", $0) }, uniquingKeysWith: { first, _ in first })
    let lists = Locked(0)
    let runtime = try TestRuntime { name, request in
      if name == "ListImages" { lists.withLock { $0 += 1 } }
      let number = name == "ListImages" ? lists.withLock { $0 } : 0
      // The first list is that of the snapshot from before.
      if (2..<2 + count).contains(number) { return .message(ListImagesResponse()) }
      guard let call = replies["\(name) \(request)"] else { return .failure(.notFound, "not recorded") }
      return call.hasSucceeded ? .message(call.response) : .failure(call.code, call.message)
    }
    #expect(try await Tool.cri(["snapshot", "-o", directory.file("s")], on: runtime).code == 0)
    let run = try await Tool.cri(["verify", "--before", directory.file("s")] + options, on: runtime)
    #expect(run.code == code && run.output.contains("image.missing") == (code == 1), "\(run)")
    #expect(lists.withLock { $0 } == (count > 0 && !options.isEmpty ? 3 : 2))
  }
}
