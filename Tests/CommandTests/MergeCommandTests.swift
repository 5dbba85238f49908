import CRIJSON
import CRIReport
import CRISnapshot
import Glibc
import TestSupport
import Testing

/// Tests `cri report merge` as users use it.
@Suite(.timeLimit(.minutes(5))) struct MergeCommandTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// The report of a restart of containerd 1.6.12, in which two pods lose their addresses, or of an intact one.
  private func report(_ runtime: String, node: String) async throws -> String {
    for (name, moment) in [("before", Recording.Moment.before), ("after", .after)] {
      var snapshot = try Snapshot.recorded(runtime, moment)
      snapshot.host.name = node
      snapshot.host.machineID = nil
      try TestFile.write(snapshot.json.text(), to: directory.file(name))
    }
    let run = try await Tool.cri([
      "verify", "--before", directory.file("before"), "--after", directory.file("after"), "-o", "json",
    ])
    return run.output
  }

  private func merge(_ arguments: [String], input: String? = nil) async throws -> Tool {
    try await Tool.cri(["report", "merge"] + arguments, input: input)
  }

  @Test func `reports of several nodes are combined from files, directories and standard input`() async throws {
    let (lost, intact) = (
      try await report("containerd-1.6.12", node: "n1"), try await report("containerd-1.6.20", node: "n2")
    )
    mkdir(directory.file("d"), 0o755)
    try TestFile.write(lost, to: directory.file("d/1.json"))
    try TestFile.write("not a report", to: directory.file("d/notes.txt"))
    try TestFile.write("cri: a message\n\(lost)\(intact)", to: directory.file("both"))
    let ways = [
      try await merge([directory.file("d"), "-", "-o", "json"], input: intact),
      try await merge([directory.file("both"), "-o", "json"]),
    ]
    for run in ways {
      #expect(run.code == 1 && run.errors.isEmpty, "\(run)")
      let document = try JSON.parse(run.output)
      #expect(document["kind"] == "cri-fleet" && document["exitCode"] == 1 && document["summary"]?["nodes"] == 2)
      let reports = document["reports"]?.arrayValue ?? []
      #expect(reports.map { $0["node"]?.stringValue } == ["n1", "n2"])
      #expect(reports.map { $0["verdict"]?.stringValue } == ["lost", "intact"])
      #expect(document["rules"]?[0]?["rule"] == "pod.ip" && document["rules"]?[0]?["nodes"] == 1)
    }
    #expect(try JSON.parse(ways[1].output)["summary"]?["ignoredLines"] == 1)
    let table = try await merge([directory.file("both")])
    #expect(table.code == 1 && table.output.hasPrefix("2 reports of 2 nodes, "), "\(table)")
    #expect(table.output.hasSuffix("something is lost or wrong on 1 node\n"))
    for format in ["junit", "html"] {
      let run = try await merge([directory.file("both"), "-o", format])
      #expect(run.code == 1 && run.output.contains("n2") && run.errors.isEmpty)
    }
  }

  @Test func `a node without a report is named`() async throws {
    try TestFile.write(try await report("containerd-1.6.20", node: "n2"), to: directory.file("r"))
    let run = try await merge([directory.file("r"), "--nodes", "-"], input: "node/n2\nn3\n\n")
    #expect(run.code == 3 && run.output.contains("there is no report from n3\n"), "\(run)")
    #expect(try await merge([directory.file("r"), "--nodes", "-"], input: "n2\n").code == 0)
    let none = try await merge([directory.file("r"), "--nodes", "-"], input: "\n")
    let table = try await merge([directory.file("r"), "--nodes", "-"], input: "NAME   STATUS\nn2     Ready\n")
    #expect(table.code == 0, "\(table)")
    let wrong = try await merge([directory.file("r"), "--nodes", "-"], input: "{\"kind\": \"List\"}\n")
    #expect(wrong.code == 2 && wrong.errors.contains("is not the name of a node"), "\(wrong)")
    #expect(none.code == 2 && none.output.isEmpty && none.errors.contains("no names of nodes"), "\(none)")
  }

  @Test func `the report of a check that failed names its node and its time`() async throws {
    let run = try await Tool.cri(["preflight", "-o", "json"], on: "unix://\(directory.file("none.sock"))")
    #expect(run.code == 3)
    let merged = try await merge(["-", "-o", "json"], input: run.output)
    let report = try JSON.parse(merged.output)["reports"]?[0]
    #expect(merged.code == 3 && report?["verdict"] == "failed" && report?["kind"] == "cri-preflight")
    let node = try JSON.parse(run.output)["node"]
    #expect(report?["node"] == node && report?["node"]?.stringValue?.isEmpty == false)
    #expect(report?["taken"]?.stringValue?.isEmpty == false && report?["reason"]?.stringValue?.isEmpty == false)
  }

  @Test func `whatever cannot be read is named and never a success`() async throws {
    try TestFile.write(try await report("containerd-1.6.20", node: "n2"), to: directory.file("good"))
    try TestFile.write("{\"kind\": \"cri-snapshot\"}", to: directory.file("snapshot"))
    try TestFile.write("{\n  \"kind\": \"cri-report\"", to: directory.file("half"))
    try TestFile.write("", to: directory.file("empty"))
    mkfifo(directory.file("fifo"), 0o600)
    let cases = [
      ("absent", "cannot be read: No such file"), ("snapshot", "is not a report"), ("half", "cut off"),
      ("empty", "contains no report"), ("fifo", "cannot be read: "),
    ]
    for (name, reason) in cases {
      let run = try await merge([directory.file("good"), directory.file(name)])
      #expect(run.code == 3, "\(run)")
      #expect(run.output.contains("not checked: \(directory.file(name)): ") && run.output.contains(reason), "\(run)")
    }
    // Messages in JSON are ignored like others.
    let logged = try await merge(["-"], input: "{\"level\":\"info\"}\n\(TestFile.read(directory.file("good")))")
    #expect(logged.code == 0 && logged.output.contains("1 line outside of the reports"), "\(logged)")
    let full = try await Tool.shell("'\(Tool.path("cri"))' report merge '\(directory.file("good"))' >/dev/full")
    #expect(full.code == 3 && full.errors.contains("cannot write the report"), "\(full)")
    let usage = try await merge(["-", "--nodes", "-"])
    #expect(usage.code == 2 && usage.errors.contains("standard input"))
    #expect(try await Tool.cri(["report", "split", "x"]).code == 2)
    #expect(try await merge([]).code == 2)
  }
}
