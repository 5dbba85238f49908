import CRIMessages
import CRIProtobuf
import TestSupport
import Testing

@Suite("Sorting") struct SortTests {
  private static let pods = [("a", "10.0.0.10"), ("b", "10.0.0.9"), ("c", "")]

  private static func runtime() throws -> TestRuntime {
    try TestRuntime { name, request in
      switch name {
      case "ListPodSandbox": return .message(ListPodSandboxResponse(items: pods.map { PodSandbox(id: $0.0) }))
      case "PodSandboxStatus":
        let id = try PodSandboxStatusRequest.decode(request).podSandboxID
        let ip = pods.first { $0.0 == id }?.1 ?? ""
        return .message(
          PodSandboxStatusResponse(
            status: PodSandboxStatus(id: id, network: PodSandboxNetworkStatus(ip: ip)),
            info: ["info": "{\"pid\":\(ip.utf8.count)}"]))
      case "ListContainers":
        return .message(ListContainersResponse(containers: ["x", "y"].map { Container(id: $0) }))
      case "ContainerStatus":
        let id = try ContainerStatusRequest.decode(request).containerID
        return .message(
          ContainerStatusResponse(
            status: ContainerStatus(
              id: id, state: .exited, startedAt: .init(nanoseconds: id == "x" ? 2 : 1), exitCode: id == "x" ? 9 : 10)))
      case "ListImages":
        return .message(
          ListImagesResponse(images: [
            Image(id: "i1", repoTags: ["a:2"], repoDigests: ["a@sha256:1"], size: 5),
            Image(id: "i2", repoTags: ["b:1"], repoDigests: ["b@sha256:0"], size: 70, username: "u"),
          ]))
      default: return nil
      }
    }
  }

  @Test(
    "lists are sorted by the displayed columns, with the largest amount first",
    arguments: [
      // Addresses are in numerical order; pods without one come last in both directions.
      (["pods", "-o", "wide", "--sort-by", "ip"], ["b", "a", "c"]),
      (["pods", "-o", "wide", "--sort-by=-ip"], ["a", "b", "c"]),
      (["pods", "-o", "wide", "--sort-by", "pid"], ["b", "a", "c"]),
      (["ps", "-a", "-o", "wide", "--sort-by", "exit"], ["x", "y"]),
      (["ps", "-a", "-o", "wide", "--sort-by", "started"], ["y", "x"]),
      (["images", "-q", "--sort-by", "size"], ["i2", "i1"]), (["images", "-q", "--sort-by=-size"], ["i1", "i2"]),
      (["images", "-q", "--sort-by", "tag"], ["i2", "i1"]), (["images", "-q", "--sort-by", "digest"], ["i2", "i1"]),
      (["images", "-q", "--sort-by", "image"], ["i1", "i2"]), (["images", "-q", "--sort-by=-user"], ["i2", "i1"]),
      (["images", "-q", "--sort-by", ".size"], ["i1", "i2"]), (["pods", "-q", "--id", "z"], ["a", "b", "c"]),
    ])
  func order(arguments: [String], ids: [String]) async throws {
    let run = try await Tool.cri(arguments, on: Self.runtime())
    let words = run.output.split(separator: "\n").compactMap { $0.split(separator: " ").first.map(String.init) }
    #expect(words.filter { $0.count < 3 && $0 != "POD" } == ids, "\(run)")
    #expect(run.code == 0 && run.errors.isEmpty)
  }

  @Test(
    "sorting by a missing column is a usage error that states the reason",
    arguments: [
      (
        ["pods", "--sort-by", ".nosuch"],
        "cri: --sort-by .nosuch: no listed object has this path; -o json shows the paths\n"
      ),
      (["pods", "--sort-by", "ip"], "cri: --sort-by ip: this key needs -o wide\n"),
      (
        ["ps", "--sort-by", "ip", "-o", "wide"], "cri: --sort-by ip: unknown key; specify one of attempt, created, id,"
      ),
      (
        ["images", "--sort-by", "name"],
        "cri: --sort-by name: unknown key; specify one of digest, id, image, pinned, size, tag, user, or a"
      ),
    ])
  func wrong(arguments: [String], words: String) async throws {
    let run = try await Tool.cri(arguments, on: Self.runtime())
    #expect(run.errors.hasPrefix(words) && run.errors.filter { $0 == "\n" }.count == 1, "\(run)")
    #expect(run.code == 2 && run.output.isEmpty)
  }

  @Test("the help of each command lists the keys", arguments: ["pods", "ps", "images", "stats", "statsp"])
  func help(command: String) async throws {
    let help = try await Tool.cri([command, "--help"]).output.split { $0 == "\n" || $0 == " " }.joined(separator: " ")
    let wrong = try await Tool.cri([command, "--sort-by", "?", "-o", "wide"]).errors
    let keys = wrong.drop { $0 != "?" }.dropFirst("?: unknown key; specify one of ".count).prefix { $0 != "." }
    for key in keys.split(separator: ", ").dropLast() { #expect(help.contains(key), "\(key) in \(help)") }
    #expect(keys.contains(", ") && help.contains("Keys for --sort-by: "), "\(help)")
    #expect(help.contains("largest first") == !["pods", "ps"].contains(command), "\(help)")
  }
}
