import CRIMessages
import CRIProtobuf
import TestSupport
import Testing

@testable import CRICommands

@Suite("Completion")
struct CompletionTests {
  private func runtime() throws -> TestRuntime {
    let labels: StringMap = ["io.kubernetes.pod.name": "web-1", "io.kubernetes.pod.namespace": "shop"]
    return try TestRuntime { name, _ in
      switch name {
      case "ListContainers":
        .message(
          ListContainersResponse(containers: [
            Container(
              id: "abc", metadata: ContainerMetadata(name: "nginx"), state: .running, labels: labels),
            Container(id: "abd", metadata: ContainerMetadata(name: "nginx"), state: .exited, labels: labels),
            Container(id: "abe", podSandboxID: "eh", metadata: ContainerMetadata(name: "nginx"), state: .created),
            Container(id: "abf", podSandboxID: "eh", metadata: ContainerMetadata(name: "log"), state: .exited),
          ]))
      case "ListPodSandbox":
        .message(
          ListPodSandboxResponse(items: [
            PodSandbox(id: "ef", metadata: PodSandboxMetadata(name: "web-1", namespace: "shop")),
            PodSandbox(id: "eg", metadata: PodSandboxMetadata(name: "web\t2\u{1b}", namespace: "shop")),
            PodSandbox(id: "eh", metadata: PodSandboxMetadata(name: "web-1", namespace: "default"), state: .notReady),
          ]))
      case "ListImages":
        .message(
          ListImagesResponse(images: [
            Image(id: "i", repoTags: ["r/x:1", "r/x:2", "-a", "\u{3000}-a", "\u{2003}--all", "a\u{2028}-f"])
          ]))
      default: nil
      }
    }
  }

  @Test(
    "the candidates are the command's options and the runtime's names",
    arguments: [
      ("cri insp", ["inspectp", "inspect", "inspecti"]), ("cri --ru", ["--runtime-endpoint"]), ("cri -r ", [":files"]),
      ("cri -t ", []), ("cri -t 5s ver", ["verify", "version"]), ("cri help ver", ["verify", "version"]),
      ("cri ps --name", ["--name", "--namespace"]), ("cri ps --namespace ", ["default", "shop"]),
      ("cri ps --namespace=s", ["--namespace=shop"]), ("cri ps --name ", ["log", "nginx"]),
      ("cri ps -a -p ", ["ef", "eg", "eh"]),
      ("cri ps -o j", ["json", "jsonpath="]), ("cri ps -o=", []),
      ("cri ps --output=j", ["--output=json", "--output=jsonpath="]),
      ("cri pods --state ", ["ready", "notready"]), ("cri pods --name ", ["web\\t2\\x1b", "web-1"]),
      ("cri inspect a", ["abc", "abd", "abe", "abf"]), ("cri inspect abc abd", ["abd"]),
      ("cri inspectp e", ["ef", "eg", "eh"]),
      ("cri logs w", ["web-1/log"]), ("cri inspecti r/x:", ["r/x:1", "r/x:2"]), ("cri diff ", [":files"]),
      ("cri verify --before ", [":files"]), ("cri verify --before=", [":files"]), ("cri nosuch ", []), ("cri", []),
      ("cri --api ", ["auto", "v1", "v1alpha2"]), ("cri --api=v", ["--api=v1", "--api=v1alpha2"]),
      ("cri --config=/etc/x", [":files"]), ("cri --timeout=", []), ("cri ps -ao j", ["json", "jsonpath="]),
      ("cri start ", ["abe"]), ("cri stop ", ["abc"]), ("cri stopp ", ["ef", "eg"]),
      ("cri rm abc abd ", ["abe", "abf"]),
      ("cri rm --force abc0123 ab", ["abd", "abe", "abf"]), ("cri rmi r/x:1 ", ["r/x:2"]),
      ("cri create ", ["ef", "eg"]), ("cri create ef ", [":files"]), ("cri create ef a b ", []),
      ("cri logs ", ["default/web-1/nginx", "shop/web-1/nginx", "web-1/log"]), ("cri logs abc ", []),
      ("cri logs --tail 5 default/", ["default/web-1/log", "default/web-1/nginx"]),
      ("cri config --get time", ["timeout"]), ("cri config --set time", ["timeout="]), ("cri config time", ["timeout"]),
      ("cri top --sort-by ", ["cpu", "mem", "name", "pod", "namespace"]), ("cri top --sort-by=-c", ["--sort-by=-cpu"]),
      ("cri pods --sort-by i", ["id", "ip"]), ("cri stats --sort-by me", ["mem"]),
      ("cri statsp --sort-by se", ["sent"]),
      ("cri stats -o ", ["table", "wide", "json", "yaml", "name", "go-template=", "jsonpath=", "custom-columns="]),
      ("cri events -o ", ["json", "yaml", "table", "go-template=", "jsonpath="]),
      ("cri image --pinned -o na", ["name"]), ("cri wait -o ", ["text", "json"]),
      ("cri guard --scenario re", ["restart", "reboot"]), ("cri verify --fail-on m", ["major", "minor"]),
      ("cri verify --report ta", ["table=", "tap="]), ("cri verify --report tap=/", [":files"]),
      ("cri verify --ignore pod.netns-", ["pod.netns-closed", "pod.netns-inode"]),
      ("cri preflight --ignore network.ip-", ["network.ip-on-disk"]), ("cri verify --after ", [":files"]),
      ("cri ps --nosuch ", []), ("cri ps \"--names", ["--namespace"]), ("", []),
    ])
  func candidates(line: String, values: [String]) async throws {
    let run = try await Tool.cri(["__complete", line], on: runtime())
    #expect(run.output.split(separator: "\n").map { $0.prefix { $0 != "\t" } } == values.map { $0[...] })
    #expect(run.errors.isEmpty)
    #expect(run.code == 0)
  }

  @Test("each candidate has a description")
  func help() async throws {
    let run = try await Tool.cri(["__complete", "cri stop abc"], on: runtime())
    #expect(run.output == "abc\tweb-1/nginx Running\n")
  }

  @Test("there are no candidates from a missing runtime")
  func noRuntime() async throws {
    let run = try await Tool.cri(["__complete", "cri inspect "], on: "/nowhere")
    #expect(run.output.isEmpty && run.errors.isEmpty && run.code == 0)
  }

  @Test(
    "the completion scripts are valid in their shells", .enabled(if: Shells.areInstalled),
    arguments: ["bash", "zsh", "fish"])
  func syntax(shell: String) async throws {
    let directory = try TemporaryDirectory()
    let script = try await Tool.cri(["completion", shell])
    #expect(script.output.contains("__complete"))
    try TestFile.write(script.output, to: directory.file("script"))
    let run = try await Tool.run(["/usr/bin/env", shell, "-n", directory.file("script")])
    #expect(run.code == 0 && run.errors.isEmpty, "\(run.errors)")
  }

  @Test("an unknown shell is rejected")
  func unknown() async throws {
    let run = try await Tool.cri(["completion", "tcsh"])
    #expect(run.code == 2)
    #expect(run.errors == "cri: completion tcsh: unknown shell; specify bash, zsh or fish\n")
  }
}
