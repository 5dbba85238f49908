import CRIGRPC
import CRIJSON
import CRIMessages
import CRIProtobuf
import CRISystem
import TestSupport
import Testing

@testable import CRICommands

@Suite("Inspections")
struct InspectCommandTests {
  private static let created = Timestamp(seconds: 1_800_000_000, nanoseconds: 880_814_890)

  private static func status(_ id: String) -> ContainerStatus {
    ContainerStatus(
      id: id, metadata: ContainerMetadata(name: "web", attempt: 2), state: .running, createdAt: created,
      startedAt: created, stopSignal: .sigterm)
  }

  /// Objects whose ID begins with `no` do not exist.
  private func runtime() throws -> TestRuntime {
    try TestRuntime { name, request in
      guard name == "ContainerStatus" else { return nil }
      let id = try ContainerStatusRequest.decode(request).containerID
      if id.hasPrefix("no") { return .failure(.notFound, "container \"\(id)\": not found") }
      if id.hasPrefix("bad") { return .failure(.internal, "disk \u{1b}[31mon fire") }
      return .message(ContainerStatusResponse(status: Self.status(id)))
    }
  }

  /// A runtime that lists the container `half1`, and responds with NOT_FOUND to verbose requests for its status, or to
  /// all.
  private func forgetful(answersPlainly: Bool) throws -> TestRuntime {
    try TestRuntime { name, request in
      switch name {
      case "ListContainers": return .message(ListContainersResponse(containers: [Container(id: "half1")]))
      case "ContainerStatus":
        let request = try ContainerStatusRequest.decode(request)
        guard answersPlainly, !request.verbose else { return .failure(.notFound, "no spec") }
        return .message(ContainerStatusResponse(status: Self.status(request.containerID)))
      default: return nil
      }
    }
  }

  @Test(arguments: [["inspect", "half1"], ["inspect"]])
  func `an object without verbose information is printed with a notice`(arguments: [String]) async throws {
    let run = try await Tool.cri(arguments, on: try forgetful(answersPlainly: true))
    #expect(run.code == 0 && run.output.contains("\"half1\""), "\(run)")
    #expect(run.errors.contains("container half1: only the status is known: ContainerStatus: NOT_FOUND: no spec"))
  }

  @Test(arguments: [["inspect", "half1"], ["inspect"], ["inspect", "-q", "half1"]])
  func `an object that is listed but has no status is not reported as missing`(arguments: [String]) async throws {
    let run = try await Tool.cri(arguments, on: try forgetful(answersPlainly: false))
    #expect(run.code == 1 && run.output.isEmpty, "\(run)")
    #expect(run.errors.contains("container half1: the runtime lists it, but has no status for it: "))
  }

  @Test("all calls are made concurrently")
  func concurrency() async throws {
    let ids = (0..<20).map { "c\($0)" }
    let arrived = Locked(0)
    // Responses are sent only after all requests have arrived.
    let runtime = try TestRuntime { _, request in
      arrived.withLock { $0 += 1 }
      while arrived.withLock({ $0 }) < ids.count { try await Task.sleep(for: .milliseconds(10)) }
      return .message(
        ContainerStatusResponse(status: Self.status(try ContainerStatusRequest.decode(request).containerID)))
    }
    let run = try await Tool.cri(["inspect"] + ids, on: runtime)
    #expect(run.code == 0, "\(run.errors)")
    #expect(try JSON.parse(run.output).arrayValue?.map { $0["status"]?["id"]?.stringValue } == ids)
    #expect(runtime.called.count == 20)
  }

  @Test(
    "the objects that were found are printed and the rest are reported",
    arguments: [
      (["c1"], 0, 1, []), (["c1", "c1"], 0, 2, []), (["no1"], 7, 0, ["container no1 not found; see cri ps -a"]),
      (["c1", "no1", "-o", "json", "no2", "c2"], 7, 2, ["no1 not found", "no2 not found"]),
      (["no1", "bad"], 1, 0, ["no1 not found", "container bad"]),
      (["bad", "c1"], 1, 1, ["ContainerStatus: INTERNAL: disk \\x1b[31mon fire"]),
      (["bad1", "bad2"], 1, 0, ["container bad1: ", "container bad2: "]),
    ] as [([String], Int32, Int, [String])])
  func partial(arguments: [String], code: Int32, found: Int, errors: [String]) async throws {
    let run = try await Tool.cri(["inspect"] + arguments, on: try runtime())
    #expect(run.code == code)
    let lines = run.errors.split(separator: "\n")
    #expect(lines.count == errors.count)
    for (line, words) in zip(lines, errors) { #expect(line.contains(words)) }
    if found == 0 { #expect(run.output.isEmpty) }
    // A single requested object is printed as an object; if several are requested, even a single result is printed in
    // an array.
    if found > 0, arguments.count == 1 { #expect(run.output.hasPrefix("{")) }
    if arguments.count > 1, found > 0 { #expect(try JSON.parse(run.output).arrayValue?.count == found) }
  }

  @Test("without arguments the objects are listed first, and objects that were removed in the meantime are ignored")
  func listed() async throws {
    let runtime = try TestRuntime { name, request in
      switch name {
      case "ListContainers":
        let filter = try ListContainersRequest.decode(request).filter
        guard filter?.state?.state == .running else { return .message(ListContainersResponse()) }
        return .message(ListContainersResponse(containers: [Container(id: "c1"), Container(id: "gone")]))
      case "ContainerStatus":
        let request = try ContainerStatusRequest.decode(request)
        guard request.containerID == "c1", request.verbose else { return .failure(.notFound, "") }
        return .message(ContainerStatusResponse(status: Self.status("c1")))
      default: return nil
      }
    }
    let run = try await Tool.cri(["inspect"], on: runtime)
    #expect(try JSON.parse(run.output).arrayValue?.count == 1)
    #expect(run.code == 0)
    #expect(run.errors.isEmpty)
    #expect(runtime.called.sorted() == ["ContainerStatus", "ContainerStatus", "ListContainers", "ListContainers"])
    let none = try await Tool.cri(["inspect", "-a"], on: runtime)
    #expect(none.errors == "cri: no container matches; see cri ps -a\n")
    #expect(none.code == 7)
    let both = try await Tool.cri(["inspect", "c1", "--name", "x"], on: runtime)
    #expect(both.code == 2)
  }

  @Test("a response without a status is reported in one line", arguments: ["inspect", "inspectp", "info"])
  func empty(command: String) async throws {
    let runtime = try TestRuntime { _, _ in .message([]) }
    let run = try await Tool.cri(command == "info" ? [command] : [command, "x"], on: runtime)
    #expect(run.code == 1)
    #expect(run.errors.contains("no status"))
    #expect(run.errors.split(separator: "\n").count == 1)
  }

  @Test("a response without an image is reported as not found")
  func noImage() async throws {
    let runtime = try TestRuntime { _, _ in .message([]) }
    let run = try await Tool.cri(["inspecti", "x:1"], on: runtime)
    #expect(run.errors == "cri: image x:1 not found; see cri images\n")
    #expect(run.code == 7)
  }

  @Test(
    "the value of an info is not changed",
    arguments: [
      (#"{"a":9007199254740993,"b":[1.0,null]}"#, #"{"a":9007199254740993,"b":[1.0,null]}"#),
      (#"{"z":1,"a":{"z":"<&>","b":2}}"#, #"{"a":{"b":2,"z":"<&>"},"z":1}"#), (#""quoted""#, #""quoted""#),
      ("plain", #""plain""#), ("", #""""#), (#"""#, #""""#), ("42", #""42""#), ("[1,2]", #""[1,2]""#),
      ("{broken", #""{broken""#), (#"{"a":1} and more"#, #""{\"a\":1} and more""#), (#"a"b"#, #""a\"b""#),
    ])
  func info(text: String, document: String) throws {
    let report = ContainerReport(status: Self.status("c"), info: ["key": text], now: 0)
    #expect(report.document.sortedKeys()["key"]?.text() == document)
  }

  @Test("an info called status does not replace the status")
  func clash() {
    let report = ContainerReport(status: Self.status("c"), info: ["status": "theirs"], now: 0)
    #expect(report.document["status"]?["id"] == "c")
    #expect(report.document["info.status"] == "theirs")
  }

  @Test("times are printed in the time zone of the process, and missing times as in Go")
  func times() async throws {
    let runtime = try runtime()
    let run = try await Tool.cri(["inspect", "c"], on: runtime, environment: ["TZ": "JST-9"])
    let status = try JSON.parse(run.output)["status"]
    #expect(status?["createdAt"] == "2027-01-15T17:00:00.88081489+09:00")
    #expect(status?["finishedAt"] == "0001-01-01T00:00:00Z")
    var report = ContainerReport(status: Self.status("c"), info: [:], now: 0, zone: .utc)
    func times(_ state: ContainerState, finished: Int64) -> [JSON?] {
      var status = report.status
      status.state = state
      status.finishedAt = Timestamp(seconds: finished)
      report = ContainerReport(status: status, info: [:], now: 0, zone: .utc)
      return [report.document["status"]?["startedAt"], report.document["status"]?["finishedAt"]]
    }
    let (start, never) = (JSON("2027-01-15T08:00:00.88081489Z"), JSON("0001-01-01T00:00:00Z"))
    #expect(times(.created, finished: 5) == [never, never])
    #expect(times(.running, finished: 5) == [start, never])
    #expect(times(.exited, finished: 0) == [start, "1970-01-01T00:00:00Z"])
    #expect(times(.unknown, finished: 0) == [start, never])
    #expect(times(.unknown, finished: 5) == [start, "1970-01-01T00:00:05Z"])
  }

  @Test("a missing message is printed as null, and an unknown state as its number")
  func nulls() {
    var status = Self.status("c")
    status.state = ContainerState(rawValue: 42)
    status.metadata = nil
    let document = ContainerReport(status: status, info: [:], now: 0).document["status"]
    #expect(
      document?.objectValue?.filter { $0.value.isNull }.map(\.key).sorted() == [
        "image", "metadata", "resources", "user",
      ])
    #expect(document?["state"] == 42)
    #expect(document?["stopSignal"] == "SIGTERM")
    let pod = PodReport(status: PodSandboxStatus(id: "p"), info: [:]).document["status"]
    #expect(pod?.objectValue?.filter { $0.value.isNull }.map(\.key).sorted() == ["linux", "metadata", "network"])
  }

  @Test("-o table prints crictl's text")
  func texts() {
    var status = Self.status("c")
    status.labels = ["b": "2", "a": "1"]
    let now = Self.created.nanoseconds + 90_000_000_000
    let running = ContainerReport(status: status, info: ["k": "{\"a\":1}", "i": "x"], now: now)
    let start = "ID: c\nName: web\nAttempt: 2\nState: CONTAINER_"
    let ages = "\nCreated: About a minute ago\nStarted: About a minute ago\n"
    #expect(
      running.text(verbose: true)
        == start + "RUNNING" + ages + "Labels:\n\ta -> 1\n\tb -> 2\nInfo: map[i:x k:{\"a\":1}]\n")
    status.labels = [:]
    status.state = .exited
    status.exitCode = 3
    #expect(
      ContainerReport(status: status, info: [:], now: now).text(verbose: false)
        == start + "EXITED" + ages + "Exit Code: 3\n")
    let pod = PodSandboxStatus(
      id: "p", metadata: PodSandboxMetadata(name: "web", uid: "u", namespace: "n"), state: .notReady,
      createdAt: Self.created, network: PodSandboxNetworkStatus(ip: "10.0.0.1", additionalIPs: [PodIP(ip: "fd00::1")]))
    #expect(
      PodReport(status: pod, info: [:], zone: .utc).text(verbose: true) == """
        ID: p
        Name: web
        UID: u
        Namespace: n
        Attempt: 0
        Status: SANDBOX_NOTREADY
        Created: 2027-01-15 08:00:00.88081489 +0000 UTC
        IP Addresses: 10.0.0.1
        Additional IP: fd00::1
        Info: map[]

        """)
    let image = Image(id: "sha256:1", repoTags: ["a:1"], repoDigests: ["a@sha256:2"], size: 1_029_266)
    #expect(
      ImageReport(image: image, info: [:]).text(verbose: false)
        == "ID: sha256:1\nTag: a:1\nDigest: a@sha256:2\nSize: 1.03MB\n")
  }

  @Test("the documents of info omit flags that are not set")
  func structTags() {
    let response = StatusResponse(
      status: RuntimeStatus(),
      runtimeHandlers: [
        RuntimeHandler(name: "", features: RuntimeHandlerFeatures(recursiveReadOnlyMounts: true)),
        RuntimeHandler(name: "kata"),
      ], features: RuntimeFeatures())
    let document = RuntimeReport(status: RuntimeStatus(), response: response).document
    #expect(
      document["runtimeHandlers"]?.text() == #"[{"features":{"recursive_read_only_mounts":true}},{"name":"kata"}]"#)
    #expect(document["features"]?.text() == "{}")
  }
}

extension StatusReport {
  /// Returns the document within the limits of this report alone.
  fileprivate var document: JSON {
    var limits = JSONLimits(forTextsOf: infoSize)
    return document(&limits)
  }
}
