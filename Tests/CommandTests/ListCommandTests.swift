import CRIGRPC
import CRIJSON
import CRIMessages
import CRIProtobuf
import TestSupport
import Testing

@Suite("Lists")
struct ListCommandTests {
  @Test(
    "a list makes no unnecessary calls",
    arguments: [
      (["version"], ["Version"]), (["pods"], ["ListPodSandbox"]), (["ps", "-a"], ["ListContainers"]),
      (["ps", "-a", "-q"], ["ListContainers"]), (["ps", "-a", "--name", "nginx", "-v"], ["ListContainers"]),
      (
        ["ps", "-a", "--image", "sha256:6e76f342e17700d877c9754a635bb64757e5250555519f61c9d55806a1f0ba64"],
        ["ImageStatus", "ListContainers"]
      ),
      (["ps", "-a", "-r"], ["ListContainers", "ListImages"]), (["images"], ["ListImages"]),
      (["images", "localhost/busybox:1", "-f", "dangling=false"], ["ListImages"]), (["info", "-q"], ["Status"]),
    ])
  func calls(arguments: [String], calls: [String]) async throws {
    let runtime = try TestRuntime.recorded("containerd-2.4")
    let run = try await Tool.cri(arguments, on: runtime)
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.errors.isEmpty)
    #expect(runtime.called == calls)
  }

  @Test("the runtime applies the filters that it supports")
  func filter() async throws {
    let runtime = try TestRuntime { name, request in
      guard name == "ListContainers" else { return nil }
      let request = try ListContainersRequest.decode(request)
      let filter = ContainerFilter(
        id: "ab", state: .init(state: .exited), podSandboxID: "cd", labelSelector: ["a": "b=c"])
      return .message(ListContainersResponse(containers: [Container(id: request.filter == filter ? "yes" : "no")]))
    }
    // Options may be in any position, in one word or two, combined or not.
    let run = try await Tool.cri(
      ["ps", "--id=ab", "-ql", "--state", "exited", "-p=cd", "--label", "a=b=c"], on: runtime)
    #expect(run.output == "yes\n")
    #expect(run.code == 0)
  }

  @Test(
    "a document takes precedence over IDs, and IDs take precedence over details",
    arguments: [
      (["-q", "-v"], "c1\n"), (["-q", "-o", "json", "-v"], "{"), (["-v"], "ID: c1\n"), (["-q", "-o", "table"], "c1\n"),
      (["-qo", "yaml"], "containers:\n"), (["--output", "table"], "CONTAINER "),
    ])
  func precedence(arguments: [String], start: String) async throws {
    let runtime = try TestRuntime(.listContainers, ListContainersResponse(containers: [Container(id: "c1")]))
    let run = try await Tool.cri(["ps"] + arguments, on: runtime)
    #expect(run.output.hasPrefix(start))
    #expect(run.code == 0)
  }

  @Test(
    "labels and annotations are complete wherever they are printed, sorted by or selected by",
    arguments: [
      (["-v"], "\ttier -> front\n"), (["-o", "json"], "\"note\": \"y\""), (["-o", "yaml"], "tier: front"),
      (["-o", "custom-columns=T:.labels.tier"], "front\n"), (["-o", "custom-columns=N:.annotations.note"], "x\ny\n"),
      (["--sort-by=-.labels.rank", "-q"], "two\none\n"), (["--label", "rank", "-q"], "one\ntwo\n"),
      (["--label", "missing", "-q"], ""), (["-o", "name"], "two"), ([], "two"),
    ])
  func maps(arguments: [String], text: String) async throws {
    func labels(_ rank: String) -> StringMap { ["rank": rank, "tier": "front", "io.kubernetes.pod.name": "pod"] }
    let containers = [
      Container(
        id: "one", metadata: ContainerMetadata(name: "one"), labels: labels("1"), annotations: ["note": "x"]),
      Container(
        id: "two", metadata: ContainerMetadata(name: "two"), labels: labels("2"), annotations: ["note": "y"]),
    ]
    let pods = containers.map {
      PodSandbox(
        id: $0.id, metadata: PodSandboxMetadata(name: $0.id), labels: $0.labels, annotations: $0.annotations)
    }
    let runtime = try TestRuntime { name, _ in
      switch name {
      case "ListContainers": .message(ListContainersResponse(containers: containers))
      case "ListPodSandbox": .message(ListPodSandboxResponse(items: pods))
      default: nil
      }
    }
    for command in ["ps", "pods"] {
      let run = try await Tool.cri([command] + arguments, on: runtime)
      #expect(text.isEmpty ? run.output.isEmpty : run.output.contains(text), "\(run)")
      #expect(run.code == 0 && run.errors.isEmpty)
    }
    if arguments.isEmpty {
      #expect(try await Tool.cri(["ps"], on: runtime).output.contains("pod                 unknown"))
    }
  }

  @Test("an empty list is printed as a header, as an empty array or as nothing")
  func empty() async throws {
    let runtime = try TestRuntime { _, _ in .message([]) }
    let header = "POD ID              CREATED             STATE               NAME                NAMESPACE"
    let pods = try await Tool.cri(["pods"], on: runtime)
    #expect(pods.output == header + "           ATTEMPT             RUNTIME\n")
    let documents = [("pods", "items"), ("ps", "containers"), ("images", "images")]
    for (command, key) in documents {
      let run = try await Tool.cri([command, "-o", "json"], on: runtime)
      #expect(run.output == "{\n  \"\(key)\": []\n}\n")
      #expect(try await Tool.cri([command, "-q"], on: runtime).output == "")
    }
  }

  /// Names that would clear the screen, forge a row, and reverse the text; an invalid state and time.
  private static let hostile = Container(
    id: "\u{1b}[2Jid", podSandboxID: "p\r\n",
    metadata: ContainerMetadata(name: "a\nfake   row\u{202e}", attempt: .max),
    image: ImageSpec(image: "i\u{9b}31m"), state: ContainerState(rawValue: 77),
    createdAt: Timestamp(nanoseconds: .min),
    labels: ["io.kubernetes.pod.name": "\u{7}", "io.kubernetes.pod.namespace": "n\ts", "k\n": "<&>\u{0}"])

  @Test("control characters in a list are escaped", arguments: [[], ["-v"], ["-q"], ["-o", "json"], ["-o", "yaml"]])
  func hostile(arguments: [String]) async throws {
    let reply = ListContainersResponse(containers: [Self.hostile])
    let runtime = try TestRuntime(.listContainers, reply)
    let run = try await Tool.cri(["ps"] + arguments, on: runtime)
    #expect(run.code == 0, "\(run.errors)")
    let allowed: Set<Unicode.Scalar> = arguments == ["-v"] ? ["\n", "\t"] : ["\n"]
    for scalar in run.output.unicodeScalars where !allowed.contains(scalar) {
      #expect(scalar.properties.generalCategory != .control && scalar != "\u{202e}", "\(scalar.value)")
    }
    if arguments.isEmpty { #expect(run.output.split(separator: "\n").count == 2) }
    if arguments.isEmpty || arguments == ["-v"] { #expect(run.output.contains("77")) }
    if arguments == ["-o", "json"] {
      #expect(run.output.contains("\"k\\n\": \"<&>\\u0000\""))
      #expect(try ListContainersResponse(json: JSON.parse(run.output)) == reply)
    }
  }

  @Test("images are printed by their tags if requested")
  func imageNames() async throws {
    let id = "sha256:" + String(repeating: "ab", count: 32)
    let runtime = try TestRuntime { name, _ in
      switch name {
      case "ListContainers":
        let gone = "sha256:" + String(repeating: "cd", count: 32)
        return .message(
          ListContainersResponse(containers: [
            Container(id: "1", image: ImageSpec(image: id), imageRef: id, createdAt: Timestamp(seconds: 2)),
            Container(id: "2", image: ImageSpec(image: gone), imageRef: gone),
          ]))
      case "ListImages": return .message(ListImagesResponse(images: [Image(id: id, repoTags: ["r/a:1", "r/b:2"])]))
      default: return nil
      }
    }
    func columns(_ arguments: [String]) async throws -> [Substring] {
      let run = try await Tool.cri(["ps", "-a"] + arguments, on: runtime)
      return run.output.split(separator: "\n").dropFirst().map { $0.dropFirst(20).prefix { $0 != " " } }
    }
    #expect(try await columns([]) == ["ababababababa", "cdcdcdcdcdcdc"])
    #expect(try await columns(["-r"]) == ["r/a:1", "cdcdcdcdcdcdc"])
    #expect(try await columns(["--no-trunc"]).first.map(String.init) == id)
  }

  @Test(
    "a selection by image needs one additional call",
    arguments: [("containerd-1.6.12", "sha256:"), ("containerd-2.4", "sha256:"), ("cri-o-1.37", "")])
  func image(runtime: String, prefix: String) async throws {
    let runtime = try TestRuntime.recorded(runtime)
    let id = prefix + "6e76f342e17700d877c9754a635bb64757e5250555519f61c9d55806a1f0ba64"
    let run = try await Tool.cri(["ps", "-aq", "--image", id], on: runtime)
    #expect(run.output.split(separator: "\n").count == 4)
    #expect(runtime.called == ["ImageStatus", "ListContainers"])
    let none = try await Tool.cri(["ps", "-a", "--image", "localhost/absent:1"], on: runtime)
    #expect(none.output.split(separator: "\n").count == 1)
    #expect(none.code == 0)
  }

  @Test("the old version of the CRI is used if there is no other")
  func oldVersion() async throws {
    let runtime = try TestRuntime.recorded("containerd-1.6.20", servingOnly: "runtime.v1alpha2.")
    for arguments in [["ps", "-a"], ["--api", "v1alpha2", "ps", "-a"]] {
      let run = try await Tool.cri(arguments, on: runtime)
      #expect(run.output.split(separator: "\n").count == 5)
      #expect(run.code == 0, "\(run.errors)")
    }
    #expect(runtime.called == ["ListContainers", "ListContainers", "ListContainers"])
    let run = try await Tool.cri(["--api", "v1", "ps"], on: runtime)
    #expect(run.code == 3)
    #expect(run.errors.contains("unknown service"))
  }

  @Test(
    "an error is reported in one line",
    arguments: [
      (
        ["ps", "--state", "sleepy"], 2,
        "--state sleepy: unknown state; specify one of created, running, exited, unknown"
      ),
      (["ps", "--label", "=x"], 2, "--label =x: specify key=value, or key"), (["ps", "extra"], 2, "'extra'"),
      (["ps", "-o", "xml"], 2, "'xml'"), (["pods", "--name", "("], 2, "--name (: unmatched ("),
      (["images", "-f", "x=y"], 2, "--filter x=y: specify dangling=true"),
      (["images", "-f", "before=x"], 7, "image x not found; see cri images"),
      (["ps"], 1, "ListContainers: NOT_FOUND: not recorded"),
    ])
  func failures(arguments: [String], code: Int32, words: String) async throws {
    let runtime = try TestRuntime.recorded("containerd-2.4")
    let run = try await Tool.cri(arguments, on: runtime)
    #expect(run.code == code)
    #expect(run.errors.contains(words), "\(run.errors)")
    #expect(run.errors.split(separator: "\n").count == 1)
    #expect(run.output.isEmpty)
  }

  @Test("without a runtime a list ends immediately with a remedy")
  func unreachable() async throws {
    for command in ["ps", "pods", "images", "version", "info"] {
      let run = try await Tool.cri(["-r", "/tmp/no-such-runtime.sock", command])
      #expect(run.code == 3)
      #expect(run.errors.contains("--runtime-endpoint"))
      #expect(run.errors.split(separator: "\n").count == 1)
    }
  }
}
