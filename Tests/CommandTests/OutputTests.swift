import CRIMessages
import CRIProtobuf
import CRIGRPC
import TestSupport
import Testing

@testable import CRICommands

@Suite("Output")
struct OutputTests {
  private let containers = [
    Container(
      id: "c1", podSandboxID: "p1", metadata: ContainerMetadata(name: "web", attempt: 2), state: .running,
      createdAt: Timestamp(nanoseconds: 9_007_199_254_740_993),
      labels: ["io.kubernetes.pod.name": "front", "io.kubernetes.pod.namespace": "shop"]),
    Container(
      id: "c2", podSandboxID: "p2", metadata: ContainerMetadata(name: "db", attempt: 10), state: .exited,
      createdAt: Timestamp(nanoseconds: 1)),
  ]

  @Test(
    "a list is printed as a template, a path, columns or names select",
    arguments: [
      (["-o", "name"], "shop/front/web\nunknown/unknown/db\n"),
      (["-o", "jsonpath={.containers[*].id}"], "c1 c2\n"),
      (["-o", "jsonpath={.containers[0].createdAt}"], "9007199254740993\n"),
      (["-o", "go-template={{range .containers}}{{.id}}={{.metadata.attempt}};{{end}}"], "c1=2;c2=10;\n"),
      (["-o", "go-template", "--template", "{{len .containers}}"], "2\n"),
      (["--template", "{{len .containers}}"], "2\n"),
      (["-o=custom-columns=ID:.id,NAME:.metadata.name"], "ID  NAME\nc1  web\nc2  db\n"),
      (["--sort-by", "name", "-q"], "c2\nc1\n"), (["--sort-by=-name", "-q"], "c1\nc2\n"),
      // Values are sorted as numbers, not as text.
      (["--sort-by=-.metadata.attempt", "-q"], "c2\nc1\n"), (["--sort-by", "attempt", "-q"], "c1\nc2\n"),
      (["--sort-by", "{.createdAt}", "-q"], "c2\nc1\n"),
      (["--sort-by", "pod-id", "-q"], "c1\nc2\n"),
      // kubectl does not add a line feed; a single line on a terminal needs one.
      (["-o", "jsonpath={range .containers[*]}{.id}{\"\\n\"}{end}"], "c1\nc2\n"), (["-o", "jsonpath={.nosuch}"], "\n"),
    ])
  func lists(arguments: [String], output: String) async throws {
    let runtime = try TestRuntime(.listContainers, ListContainersResponse(containers: containers))
    let run = try await Tool.cri(["ps", "-a"] + arguments, on: runtime)
    #expect(run.output == output)
    #expect(run.errors.isEmpty)
    #expect(run.code == 0)
  }

  @Test(
    "an impossible output format is reported before the runtime is called",
    arguments: [
      (
        ["ps", "-o", "foo"],
        "'-o <format>': specify one of table, wide, json, yaml, name, go-template=TEMPLATE, jsonpath=PATH"
      ),
      (
        ["ps", "-o", "json=x"],
        "'-o <format>': specify one of table, wide, json, yaml, name, go-template=TEMPLATE, jsonpath=PATH"
      ),
      (["ps", "-o", "go-template"], "-o go-template needs a value; specify -o go-template=TEMPLATE"),
      (["ps", "-o", "jsonpath="], "-o jsonpath needs a value; specify -o jsonpath=PATH"),
      (["ps", "-o", "go-template={{.id"], "-o template: 1:"),
      (["ps", "-o", "go-template={{foo .id}}"], "function \"foo\" is not one of"),
      (
        ["ps", "-o", "json", "--template", "{{.}}"], "--template is allowed only with -o go-template, not with -o json"
      ),
      (["inspect", "-o", "wide"], "specify one of json, yaml, table, go-template=TEMPLATE"),
      (["pods", "--sort-by", "size"], "--sort-by size: unknown key; specify one of attempt, created, id"),
      (["pods", "--sort-by", ".a["], "--sort-by .a[: jsonpath: 1:"),
    ])
  func wrong(arguments: [String], words: String) async throws {
    let run = try await Tool.cri(arguments, on: "/nowhere")
    #expect(run.errors.contains(words), "\(run.errors)")
    #expect(run.errors.filter { $0 == "\n" }.count == 1)
    #expect(run.code == 2)
  }

  @Test("a template that does not fit the document is an error, but not a usage error")
  func missingKey() async throws {
    let runtime = try TestRuntime(.listContainers, ListContainersResponse(containers: containers))
    let run = try await Tool.cri(["ps", "-a", "-o", "go-template={{.pods}}"], on: runtime)
    #expect(run.code == 1)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains("pods"))
  }

  @Test("a template is applied to all objects as in crictl, or to each of them if that fails")
  func several() async throws {
    let runtime = try TestRuntime { name, request in
      guard name == "ContainerStatus" else { return nil }
      let id = try ContainerStatusRequest.decode(request).containerID
      return .message(ContainerStatusResponse(status: ContainerStatus(id: id, exitCode: id == "a" ? 1 : 2)))
    }
    for (arguments, output) in [
      (["a", "b", "-o", "go-template={{range .}}{{.status.id}};{{end}}"], "a;b;\n"),
      (["a", "b", "-o", "go-template={{.status.id}}"], "a\nb\n"), (["a", "-o", "go-template={{.status.id}}"], "a\n"),
      (["a", "b", "-o", "jsonpath={.status.exitCode}"], "1\n2\n"),
      (["a", "b", "-o", "custom-columns=ID:.status.id,CODE:.status.exitCode"], "ID  CODE\na   1\nb   2\n"),
    ] {
      let run = try await Tool.cri(["inspect"] + arguments, on: runtime)
      #expect(run.output == output, "\(run.errors)")
      #expect(run.code == 0)
    }
  }

  @Test("-o wide prints more columns, and keeps the rows of removed objects")
  func wide() async throws {
    let containers = containers
    let runtime = try TestRuntime { name, request in
      switch name {
      case "ListContainers": return .message(ListContainersResponse(containers: containers))
      case "ContainerStatus":
        let id = try ContainerStatusRequest.decode(request).containerID
        guard id == "c1" else { return .failure(.notFound, "gone") }
        return .message(
          ContainerStatusResponse(
            status: ContainerStatus(id: id, state: .exited, exitCode: 3, imageID: "sha256:abc"),
            info: ["info": #"{"pid":4711}"#]))
      default: return nil
      }
    }
    let run = try await Tool.cri(["ps", "-a", "-o", "wide"], on: runtime)
    let lines = run.output.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true) }
    #expect(lines.count == 3, "\(run.output)\(run.errors)")
    #expect(lines.first?.suffix(6).map(String.init) == ["PID", "EXIT", "STARTED", "FINISHED", "IMAGE", "ID"])
    #expect(lines.dropFirst().first?.suffix(5).map(String.init) == ["4711", "3", "-", "-", "abc"])
    #expect(runtime.called == ["ListContainers", "ContainerStatus", "ContainerStatus"])
  }

  @Test("-o wide prints the values that could be read, and reports the rest")
  func partlyWide() async throws {
    let pods = ["a", "b"].map {
      PodSandbox(id: $0, metadata: PodSandboxMetadata(name: $0, uid: "u\($0)"), createdAt: .init(nanoseconds: 1))
    }
    let runtime = try TestRuntime { name, request in
      switch name {
      case "ListPodSandbox": return .message(ListPodSandboxResponse(items: pods))
      case "PodSandboxStatus":
        let id = try PodSandboxStatusRequest.decode(request).podSandboxID
        guard id == "a" else { return .failure(.internal, "boom") }
        return .message(PodSandboxStatusResponse(status: PodSandboxStatus(id: id, metadata: pods[0].metadata)))
      default: return nil
      }
    }
    let run = try await Tool.cri(["pods", "-o", "wide"], on: runtime)
    let lines = run.output.split(separator: "\n").map { $0.split(separator: " ") }
    #expect(lines.count == 3 && lines[1].last == "ua" && lines[2].suffix(4) == ["-", "-", "-", "-"], "\(run)")
    #expect(run.errors == "cri: pod b: PodSandboxStatus: INTERNAL: boom\n" && run.code == 1)
  }
}
