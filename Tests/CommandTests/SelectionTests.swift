import ArgumentParser
import CRIMessages
import CRIProtobuf
import Testing

@testable import CRICommandLine
@testable import CRICommands

@Suite("Selections of containers and pods")
struct SelectionTests {
  private func filter(_ arguments: [String]) throws -> ContainerFilter {
    let command = try #require(try PsCommand.parseAsRoot(arguments) as? PsCommand)
    return try command.selection.query(id: command.id).filter
  }

  @Test(
    "containers that are running are selected by default",
    arguments: [
      ([], ContainerState.running), (["-a"], nil), (["-l"], nil), (["-n", "3"], nil), (["-n", "0"], .running),
      (["--last=-1"], .running), (["--state", "exited"], .exited), (["-s", "CREATED", "-a"], .created),
      (["-s", "Unknown"], .unknown), (["--state", ""], .running), (["-l", "--state", "exited"], .exited),
      (["-n", "2", "-s", "running"], .running),
    ] as [([String], ContainerState?)])
  func state(arguments: [String], state: ContainerState?) throws {
    #expect(try filter(arguments).state?.state == state)
  }

  @Test("the runtime applies the filters that it supports")
  func filters() throws {
    let filter = try filter(["--id", "ab", "-p", "cd", "--label", "a=b,c=d=e", "--label", "f=", "-a"])
    #expect(
      filter == ContainerFilter(id: "ab", podSandboxID: "cd", labelSelector: ["a": "b", "c": "d=e", "f": ""]))
  }

  @Test("the command filters by a label without a value itself")
  func labelKeys() throws {
    let command = try #require(
      try PsCommand.parseAsRoot(["-a", "--label", "a,b=c", "--label", "d"]) as? PsCommand)
    let query = try command.selection.query()
    #expect(query.filter.labelSelector == ["b": "c"])
    var containers = [Container(id: "1", labels: ["a": "", "d": "x"]), Container(id: "2", labels: ["a": "y"])]
    query.apply(to: &containers)
    #expect(containers.map(\.id) == ["1"])
  }

  @Test(
    "an invalid selection is refused",
    arguments: [
      ["--state", "ready"], ["--label", ""], ["--label", "=x"], ["--label", "a=b,"],
      ["--name", "["], ["--namespace", "*"],
    ])
  func refused(arguments: [String]) throws {
    #expect(throws: Failure.self) { try filter(arguments) }
  }

  @Test(
    "pods are selected by state",
    arguments: [
      ([], nil), (["-s", "ready"], .ready), (["--state", "NotReady"], .notReady), (["-l", "-s", "ready"], .ready),
    ] as [([String], PodSandboxState?)])
  func pods(arguments: [String], state: PodSandboxState?) throws {
    let command = try #require(try PodsCommand.parseAsRoot(arguments) as? PodsCommand)
    #expect(try command.selection.query().filter.state?.state == state)
  }

  @Test(
    "-n and -l select the most recent objects, and -n overrides -l",
    arguments: [
      ([], ["c", "a", "d", "b"]), (["-l"], ["c"]), (["-n", "3"], ["c", "a", "d"]),
      (["-n", "9"], ["c", "a", "d", "b"]),
      (["-l", "-n", "2"], ["c", "a"]),
    ])
  func recency(arguments: [String], ids: [String]) throws {
    let command = try #require(try PsCommand.parseAsRoot(arguments) as? PsCommand)
    var containers = [("a", 5), ("b", -1), ("c", 9), ("d", 5)].map {
      Container(id: $0.0, createdAt: Timestamp(nanoseconds: $0.1))
    }
    try command.selection.query().apply(to: &containers)
    #expect(containers.map(\.id) == ids)
  }

  @Test("objects are sorted stably")
  func sorting() {
    var random = SystemRandomNumberGenerator()
    for count in [0, 1, 2, 3, 50, 257] {
      let pods = (0..<count).map {
        PodSandbox(id: "\($0)", createdAt: Timestamp(nanoseconds: .random(in: 0..<40, using: &random)))
      }
      var sorted = pods
      sorted.sortYoungestFirst(\.createdAt, limit: nil)
      let expected = pods.enumerated().sorted {
        ($1.element.createdAt, $0.offset) < ($0.element.createdAt, $1.offset)
      }
      #expect(sorted == expected.map(\.element))
    }
  }

  @Test(
    "a pattern matches anywhere in a name, and a container without labels is in the namespace unknown",
    arguments: [
      ("web", nil, ["1", "2"]), ("^web$", nil, ["1"]), (nil, "^kube-", ["2"]), ("WEB", nil, []), (nil, "unk", ["3"]),
      ("web", "default", ["1"]), ("^$", nil, ["4"]),
    ] as [(String?, String?, [String])])
  func names(name: String?, namespace: String?, ids: [String]) throws {
    var query = ContainerQuery()
    query.name = try Pattern.option("--name", name)
    query.namespace = try Pattern.option("--namespace", namespace)
    var containers = [
      Container(
        id: "1", metadata: .init(name: "web"), labels: ["io.kubernetes.pod.namespace": "default"]),
      Container(
        id: "2", metadata: .init(name: "web-2"), labels: ["io.kubernetes.pod.namespace": "kube-system"]),
      Container(id: "3", metadata: .init(name: "db")),
      Container(id: "4", labels: ["io.kubernetes.pod.namespace": "x"]),
    ]
    query.apply(to: &containers)
    #expect(containers.map(\.id) == ids)
  }

  @Test("containers are selected by the ID of an image, and by its name only if the runtime reports no ID")
  func images() {
    let image = Image(id: "sha256:1", repoTags: ["r/a:1"], repoDigests: ["r/a@sha256:d"])
    func isOf(_ container: Container) -> Bool { image.isImage(of: container) }
    #expect(isOf(Container(imageRef: "other", imageID: "sha256:1")))
    #expect(!isOf(Container(image: ImageSpec(image: "r/a:1"), imageID: "sha256:2")))
    #expect(isOf(Container(imageRef: "sha256:1")))
    #expect(isOf(Container(imageRef: "r/a@sha256:d")))
    #expect(isOf(Container(image: ImageSpec(image: "r/a:1"), imageRef: "sha256:1")))
    #expect(!isOf(Container(image: ImageSpec(image: "r/a:2"), imageRef: "sha256:2")))
    #expect(!isOf(Container()))
  }
}
