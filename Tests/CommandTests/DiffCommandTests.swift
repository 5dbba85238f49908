import CRIJSON
import CRIMessages
import CRIProtobuf
import CRISnapshot
import CRISystem
import TestSupport
import Testing

/// Runs `cri diff` as users run it.
@Suite(.timeLimit(.minutes(10))) struct DiffCommandTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Writes recorded snapshots to two files.
  private func files(_ runtime: String) throws -> (before: String, after: String) {
    for moment in [Recording.Moment.before, .after] {
      let text = try Snapshot.recorded(runtime, moment).json.text(pretty: true)
      try TestFile.write(text, to: directory.file("\(moment)"))
    }
    return (directory.file("before"), directory.file("after"))
  }

  @Test func `the diff of containerd 1.6.12's restart as text`() async throws {
    let (before, after) = try files("containerd-1.6.12")
    let run = try await Tool.cri(["diff", before, after])
    #expect(run.code == 1 && run.errors.isEmpty)
    let losers = try Snapshot.recorded("containerd-1.6.12", .before).sandboxes.filter {
      $0.isReady && !$0.isHostNetwork
    }
    let lines = run.output.split(separator: "\n").map(String.init)
    for record in losers {
      let found = lines.contains { $0.hasPrefix("\(record.pod) ") && $0.hasSuffix("  ip \(record.ip) → none") }
      #expect(found, "\(run.output)")
    }
  }

  @Test func `equal snapshots produce no output`() async throws {
    let (before, _) = try files("containerd-2.4")
    let run = try await Tool.cri(["diff", before, before])
    #expect(run.code == 0 && run.output.isEmpty && run.errors.isEmpty)
  }

  @Test func `a file that is larger than any snapshot is refused before it is read`() async throws {
    let (before, _) = try files("containerd-2.4")
    let large = directory.file("large")
    #expect(try await Tool.shell("truncate -s 129M '\(large)'").code == 0)
    let run = try await Tool.cri(["diff", before, large])
    #expect(run.code == 2 && run.output.isEmpty)
    #expect(
      run.errors.hasSuffix("; a snapshot has at most 128 MiB\n") && run.errors.split(separator: "\n").count == 1,
      "\(run.errors)")
    #expect(run.peakMemory < 64 << 20, "\(run.peakMemory)")
  }

  /// The file may come from another node, and may have been written by someone else.
  @Test func `a snapshot takes at most ten times its size in memory`() async throws {
    let (before, _) = try files("containerd-2.4")
    let base = try await Tool.cri(["diff", before, before]).peakMemory
    let containers = "[" + String(repeating: "[{\"\":0}],", count: 600_000) + "0]"
    for (name, members) in [
      ("values", "\"x\":[" + String(repeating: "0,", count: 3_000_000) + "0]"),
      ("containers", "\"containers\":\(containers)"),
      ("keys", "\"x\":{" + (0..<500_000).map { "\"\($0)\":0" }.joined(separator: ",") + "}"),
    ] {
      let text = "{\"kind\":\"cri-snapshot\",\"schema\":2,\(members)}"
      try TestFile.write(text, to: directory.file("hostile"))
      let run = try await Tool.cri(["diff", before, directory.file("hostile")])
      #expect(run.code == 2 && run.errors.split(separator: "\n").count == 1, "\(name): \(run.errors)")
      let taken = run.peakMemory - base
      #expect(taken <= 10 * text.utf8.count + 16 << 20, "\(name): \(taken) bytes of memory for \(text.utf8.count)")
    }
  }

  /// Each record takes kilobytes as a value, however short its text is.
  @Test(arguments: [("sandboxes", "{\"facts\":{},\"status\":{\"id\":\"#\"}}"), ("images", "{\"id\":\"#\"}")])
  func `a snapshot of many records without content takes at most ten times its size in memory`(
    list: String, record: String
  ) async throws {
    let (before, _) = try files("containerd-2.4")
    let base = try await Tool.cri(["diff", before, before]).peakMemory
    for count in [10, 20_000] {
      let records = (0..<count).map { record.replacing("#", with: "\($0)") }.joined(separator: ",")
      var root = try #require(try JSON.parse(TestFile.read(before)).objectValue)
      (root["containers"], root[list]) = (.array([]), try JSON.parse("[\(records)]"))
      let text = JSON.object(root).text()
      try TestFile.write(text, to: directory.file("hostile"))
      let run = try await Tool.cri(["diff", before, directory.file("hostile")])
      #expect(run.code == (count == 10 ? 1 : 2), "\(run.code) \(run.errors)")
      let taken = run.peakMemory - base
      #expect(taken <= 10 * text.utf8.count + 16 << 20, "\(count): \(taken) bytes of memory for \(text.utf8.count)")
    }
  }

  @Test(arguments: ["sandboxes", "containers", "images"]) func `an ID that names two objects is exit code 2`(
    list: String
  ) async throws {
    let (before, _) = try files("containerd-2.4")
    var document = try JSON.parse(TestFile.read(before))
    var objects = try #require(document[list]?.arrayValue)
    // The second object differs, which a comparison by ID would not notice.
    var double = try #require(objects.last?.objectValue)
    if list == "images" { double["repoTags"] = [] } else { double["status"] = objects.last?["status"] }
    objects.append(.object(double))
    var root = try #require(document.objectValue)
    root[list] = .array(objects)
    document = .object(root)
    try TestFile.write(document.text(pretty: true), to: directory.file("double"))
    for words in [
      ["diff", directory.file("double"), before], ["diff", before, directory.file("double")],
      ["verify", "--before", directory.file("double"), "--after", before],
      ["verify", "--before", before, "--after", directory.file("double")],
    ] {
      let run = try await Tool.cri(words)
      #expect(run.code == 2 && run.output.isEmpty, "\(run)")
      #expect(run.errors.contains("more than once and cannot be compared"), "\(run.errors)")
      #expect(run.errors.split(separator: "\n").count == 1)
    }
  }

  @Test func `the changes are a document`() async throws {
    let (before, after) = try files("containerd-1.6.12")
    let run = try await Tool.cri(["diff", "-o", "json", before, after])
    #expect(run.code == 1)
    let document = try JSON.parse(run.output)
    #expect(document["kind"] == "cri-diff" && document["schema"] == 1)
    let changes = try #require(document["changes"]?.arrayValue)
    #expect(changes.contains { $0["field"] == "network.ip" && $0["after"] == "" })
    #expect(changes.allSatisfy { $0["volatile"] == false })
    let all = try JSON.parse(try await Tool.cri(["diff", "--all", "-o", "json", before, after]).output)
    #expect(all["changes"]?.arrayValue?.contains { $0["volatile"] == true } == true)
    let none = try await Tool.cri(["diff", "-o", "json", before, before])
    #expect(none.code == 0)
    #expect(try JSON.parse(none.output)["changes"] == [])
  }

  @Test(arguments: ["text", "json"]) func `output that cannot be written is an error, not a difference`(format: String)
    async throws
  {
    let (before, after) = try files("containerd-1.6.12")
    let run = try await Tool.shell("'\(Tool.path("cri"))' diff --all -o \(format) '\(before)' '\(after)' >/dev/full")
    #expect(run.code == 2 && run.errors.contains("standard output: "), "\(run)")
  }

  @Test func `the earlier snapshot may come from standard input`() async throws {
    let (before, after) = try files("containerd-1.6.12")
    let run = try await Tool.cri(["diff", "-", after], input: TestFile.read(before))
    #expect(run.code == 1 && run.output.contains("→ none"))
  }

  @Test func `the later state is read from the runtime`() async throws {
    let runtime = try await SimulatorProcess(in: directory)
    #expect(try await Tool.cri(["snapshot", "-o", directory.file("s")], on: runtime.socket).code == 0)
    let same = try await Tool.cri(["diff", directory.file("s")], on: runtime.socket)
    #expect(same.code == 0 && same.output.isEmpty, "\(same)")
    try await runtime.restart(["--on-restart", "lose-ips"])
    let run = try await Tool.cri(["diff", directory.file("s")], on: runtime.socket)
    #expect(run.code == 1)
    #expect(
      run.output.split(separator: "\n").count { $0.contains("  ip 10.") && $0.hasSuffix("→ none") } == 3,
      "\(run.output)")
    let all = try await Tool.cri(["diff", "--all", directory.file("s")], on: runtime.socket)
    #expect(all.output.contains("daemon pid") && !run.output.contains("daemon pid"))
  }

  @Test func `recreated objects are distinguished by their IDs`() async throws {
    let (before, _) = try files("containerd-2.4")
    var later = try Snapshot.recorded("containerd-2.4", .before)
    let position = try #require(later.sandboxes.firstIndex { $0.isReady })
    var successor = later.sandboxes[position]
    let (id, pod) = (successor.id, successor.pod)
    successor.status.id = String(repeating: "e", count: 64)
    later.sandboxes[position].status.state = .notReady
    later.sandboxes.append(successor)
    let (start, next) = (UInt64(1234), UInt64(5678))
    later.daemon.startTime = next
    try TestFile.write(later.json.text(), to: directory.file("later"))
    let run = try await Tool.cri(["diff", before, directory.file("later")])
    let words = run.output.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
    #expect(words.contains("\(pod) (\(id.prefix(13))) state ready → not ready"), "\(run)")
    #expect(words.contains("\(pod) (eeeeeeeeeeeee) added"), "\(run)")
    // Times are not in clock ticks.
    var earlier = try Snapshot.recorded("containerd-2.4", .before)
    earlier.daemon.startTime = start
    try TestFile.write(earlier.json.text(), to: directory.file("earlier"))
    let all = try await Tool.cri(["diff", "--all", directory.file("earlier"), directory.file("later")])
    #expect(all.output.contains("daemon start 12.34 s after boot → 56.78 s after boot"), "\(all)")
  }

  @Test func `every error is exit code 2`() async throws {
    let (before, _) = try files("containerd-2.4")
    try TestFile.write("{}", to: directory.file("other"))
    for (arguments, words) in [
      ([directory.file("missing"), before], "No such file"), ([before, directory.file("other")], "not a snapshot"),
      ([before], "cannot connect"), ([], "cri diff --help"), ([before, before, before], "cri diff --help"),
      (["-o", "yaml", before, before], "cri diff --help"),
    ] {
      let run = try await Tool.cri(["diff"] + arguments, on: directory.file("no.sock"))
      #expect(run.code == 2, "\(arguments)")
      SnapshotCommandTests.expectOneLine(run, containing: words)
    }
  }

  @Test func `control characters in names are escaped`() async throws {
    var snapshot = try Snapshot.recorded("containerd-2.4", .before)
    snapshot.sandboxes[0].status.annotations["x"] = "\u{1b}[31mred\nline"
    try TestFile.write(snapshot.json.text(), to: directory.file("hostile"))
    let (before, _) = try files("containerd-2.4")
    let run = try await Tool.cri(["diff", before, directory.file("hostile")])
    #expect(run.code == 1 && run.output.split(separator: "\n").count == 1)
    #expect(!run.output.contains("\u{1b}"))
  }
}
