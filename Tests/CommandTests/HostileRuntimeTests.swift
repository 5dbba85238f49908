import CRIJSON
import CRIMessages
import CRIProtobuf
import CRIYAML
import Foundation
import TestSupport
import Testing

/// A runtime that sends responses that no intact runtime sends.
@Suite("A hostile runtime")
struct HostileRuntimeTests {
  private static let escape = "a\u{1b}[31mred\u{1b}[0m\nb\r\tc\u{202e}d\u{0}\u{7f}"
  private static let labels: StringMap = [escape: escape, "io.kubernetes.pod.name": escape]

  private static let containers = [
    // An empty object, and objects with only invalid values.
    Container(),
    Container(
      id: escape, podSandboxID: escape, metadata: ContainerMetadata(name: escape, attempt: .max),
      image: ImageSpec(image: escape), imageRef: escape, state: ContainerState(rawValue: 99),
      createdAt: Timestamp(nanoseconds: .min), labels: labels, annotations: labels),
    Container(id: "x", state: ContainerState(rawValue: -1), createdAt: Timestamp(nanoseconds: .max)),
  ]

  private static let pods = [
    PodSandbox(),
    PodSandbox(
      id: escape, metadata: PodSandboxMetadata(name: escape, uid: escape, namespace: escape, attempt: .max),
      state: PodSandboxState(rawValue: 77), createdAt: Timestamp(nanoseconds: -6_795_364_578_871_345_152),
      labels: labels, annotations: labels, runtimeHandler: escape),
  ]

  private static let images = [
    Image(),
    Image(id: escape, repoTags: [escape, ""], repoDigests: [escape, "@", "a@b@c"], size: .max, username: escape),
  ]

  /// Texts that are not JSON, or not the expected JSON.
  private static let info: StringMap = [
    "info": "{not json", "status": #"{"id":"shadow"}"#, "list": "[1,2]", "number": "9007199254740993", escape: escape,
    "deep": String(repeating: "{\"a\":", count: 3000), "pid": #"{"pid":"x"}"#,
  ]

  private func runtime() throws -> TestRuntime {
    try TestRuntime { name, _ in
      switch name {
      case "ListContainers": .message(ListContainersResponse(containers: Self.containers))
      case "ListPodSandbox": .message(ListPodSandboxResponse(items: Self.pods))
      case "ListImages": .message(ListImagesResponse(images: Self.images))
      case "ContainerStatus":
        .message(
          ContainerStatusResponse(
            status: ContainerStatus(
              id: Self.escape, state: ContainerState(rawValue: 99), createdAt: Timestamp(nanoseconds: .min),
              startedAt: Timestamp(nanoseconds: .max), finishedAt: Timestamp(nanoseconds: -1), exitCode: .min,
              reason: Self.escape, labels: Self.labels), info: Self.info))
      case "PodSandboxStatus":
        .message(
          PodSandboxStatusResponse(
            status: PodSandboxStatus(
              id: Self.escape, state: PodSandboxState(rawValue: 12), createdAt: Timestamp(nanoseconds: .min),
              network: PodSandboxNetworkStatus(ip: Self.escape)), info: Self.info))
      case "ImageStatus": .message(ImageStatusResponse(image: Self.images[1], info: Self.info))
      case "Status":
        .message(
          StatusResponse(
            status: RuntimeStatus(conditions: [RuntimeCondition(type: Self.escape, reason: Self.escape)]),
            info: Self.info))
      case "Version": .message(VersionResponse(version: Self.escape, runtimeName: Self.escape))
      default: nil
      }
    }
  }

  private static let commands = [
    ["ps", "-a"], ["pods"], ["images"], ["inspect", "x"], ["inspectp", "x"], ["inspecti", "x"], ["inspect", "-a"],
    ["inspectp"], ["inspecti"], ["info"], ["version"],
  ]

  private static let texts = [["-o", "table"], ["-v"], ["-q"], ["-o", "wide"], ["-o", "name"], ["--no-trunc"]]

  @Test("a hostile runtime cannot control the terminal through a table or a text", arguments: commands)
  func texts(command: [String]) async throws {
    let isList = ["ps", "pods", "images"].contains(command[0])
    for options in isList ? Self.texts : [["-o", "table"]] {
      let run = try await Tool.cri(command + options, on: runtime())
      #expect(run.code == 0, "\(command + options): \(run.errors)")
      let isSafe = run.output.unicodeScalars.allSatisfy {
        $0 == "\n" || $0 == "\t" || $0.properties.generalCategory != .control && $0 != "\u{202e}"
      }
      #expect(isSafe, "\(command + options): \(run.output.debugDescription)")
      #expect(!run.output.contains("red\n"), "a name must not begin a line")
    }
  }

  /// Commands that print a runtime's text in a format that the user chose.
  private static let templateCommands = [
    ["pods", "-o", "jsonpath={.items[*].metadata.name}"],
    ["ps", "-a", "-o", "go-template={{range .containers}}{{.id}}{{\"\\n\"}}{{end}}"],
    ["images", "-o", "jsonpath={.images[*].username}"], ["pods", "-o", "custom-columns=A:.metadata.name"],
    ["inspect", "-o", "go-template={{.status.reason}}", "x"], ["inspect", "x", "x", "-o", "jsonpath={.status.id}"],
    ["inspectp", "x", "x", "-o", "go-template={{range .}}{{.status.id}}{{end}}"],
    ["inspecti", "--output", "go-template", "--template", "{{.status.id}}", "x"],
    ["info", "-o", "jsonpath={.status.conditions[*].type}"],
  ]

  @Test(
    "a hostile runtime cannot control the terminal through a template, and a pipe gets the exact text",
    .enabled(if: TestFile.exists("/usr/bin/script"), "needs script, of bsdutils"), arguments: templateCommands)
  func templates(command: [String]) async throws {
    let runtime = try runtime()
    defer { withExtendedLifetime(runtime) {} }
    let words = ([Tool.path("cri"), "-r", runtime.path] + command).map { "'\($0)'" }.joined(separator: " ")
    let directory = try TemporaryDirectory()
    try TestFile.write("stty -opost; \(words)\n", to: directory.file("script"))
    let terminal = try await Tool.shell("script -qec 'sh \(directory.file("script"))' /dev/null </dev/null")
    #expect(terminal.code == 0 && terminal.output.contains("\\x1b[31mred"), "\(terminal)")
    let controls = terminal.output.unicodeScalars.filter {
      $0 != "\n" && $0 != "\t" && ($0.properties.generalCategory == .control || $0 == "\u{202e}")
    }
    #expect(controls.isEmpty, "\(terminal.output.debugDescription)")
    guard !command.contains("custom-columns=A:.metadata.name") else { return }
    let pipe = try await Tool.shell("\(words) | cat")
    #expect(pipe.output.contains("a\u{1b}[31mred\u{1b}[0m\nb\r\tc\u{202e}d"), "\(pipe.output.debugDescription)")
  }

  @Test("a hostile runtime cannot cause an invalid document", arguments: commands)
  func documents(command: [String]) async throws {
    let json = try await Tool.cri(command + ["-o", "json"], on: runtime())
    #expect(json.code == 0, "\(command): \(json.errors)")
    let document = try JSON.parse(json.output)
    let yaml = try await Tool.cri(command + ["-o", "yaml"], on: runtime())
    #expect(yaml.code == 0, "\(command): \(yaml.errors)")
    #expect(try YAML.parse(yaml.output) == document, "\(command)")
  }

  @Test("an info called status cannot replace the status, and a large number stays exact")
  func info() async throws {
    let run = try await Tool.cri(["inspecti", "x"], on: runtime())
    let document = try JSON.parse(run.output)
    #expect(document["status"]?["id"]?.stringValue == Self.escape)
    #expect(document["info.status"]?["id"] == "shadow")
    #expect(document["number"] == "9007199254740993")
    #expect(document["list"] == "[1,2]")
    #expect(document["info"] == "{not json")
  }

  @Test(
    "an empty response is reported and does not cause a crash",
    arguments: [(["inspect", "x"], 1), (["inspectp", "x"], 1), (["inspecti", "x"], 7), (["info"], 1)]
      as [([String], Int32)])
  func nothing(command: [String], code: Int32) async throws {
    let runtime = try TestRuntime { name, _ in .message([]) }
    let run = try await Tool.cri(command, on: runtime)
    #expect(run.code == code)
    #expect(run.output.isEmpty)
    #expect(run.errors.filter { $0 == "\n" }.count == 1)
  }
}
