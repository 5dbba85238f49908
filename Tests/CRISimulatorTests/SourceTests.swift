import CRIGRPC
import CRIJSON
import CRIMessages
import CRIProtobuf
import CRISimulator
import CRISystem
import Testing

@Suite struct SourceTests {
  @Test func `a description is served and can be printed`() async throws {
    let text = """
      runtime: {name: containerd, version: 1.6.12}
      images: [localhost/pause:1]
      pods:
      - name: web
        uid: 11111111-0000-4000-8000-000000000001
        ips: [10.42.0.29, "fd00:42::1d"]
        labels: {app: yes}
        containers:
        - {name: nginx, image: "localhost:5000/nginx:1.27"}
        - {name: sidecar, state: exited, exitCode: 3, restarts: 2}
      - {name: proxy, namespace: kube-system, hostNetwork: true, attempt: 1, state: notready, runtimeHandler: kata}
      """
    let path = ServedRuntime.temporaryPath("yaml")
    try File.writeAtomically(Array(text.utf8), to: path)
    defer { try? File.remove(path) }
    let served = try ServedRuntime(.description(path))
    #expect(try await served.call(.version, VersionRequest()).runtimeVersion == "1.6.12")
    let items = try await served.call(.listPodSandbox, ListPodSandboxRequest()).items
    #expect(items.map(\.metadata?.name) == ["web", "proxy"])
    #expect(items[0].labels["app"] == "true")
    #expect(items[0].labels["io.kubernetes.pod.uid"] == "11111111-0000-4000-8000-000000000001")
    #expect(items[1].metadata?.attempt == 1)
    #expect(items[1].runtimeHandler == "kata")
    let containers = try await served.call(.listContainers, ListContainersRequest()).containers
    #expect(containers.map(\.state) == [.running, .exited])
    #expect(containers[1].annotations["io.kubernetes.container.restartCount"] == "2")
    let images = try await served.call(.listImages, ListImagesRequest()).images
    #expect(images.contains { $0.repoDigests.first?.hasPrefix("localhost:5000/nginx@sha256:") == true })

    // The printed state is a description of the same pods.
    try File.writeAtomically(Array(served.runtime.stateDescription.utf8), to: path)
    let again = try ServedRuntime(.description(path))
    #expect(again.runtime.stateDescription == served.runtime.stateDescription)
    #expect(served.runtime.stateDescription.contains("\"fd00:42::1d\""))
  }

  static let mistakes = [
    ("pods: [{namespace: x}]", "pods[0]: name: expected text"),
    ("pods: {}", "pods: expected a list"),
    ("pods: [{name: a, hostnetwork: true}]", "pods[0]: hostnetwork: unknown key"),
    ("pods: [{name: a, state: dead}]", "pods[0]: state: expected notready or ready"),
    ("pods: [{name: a, containers: [{name: b, exitCode: x}]}]", "containers[0]: exitCode: expected a whole number"),
    ("pods: [{name: a, ips: 10.0.0.1}]", "ips: expected a list of strings"),
    ("- a", "not a mapping"), ("pods: [", "line"),
  ]

  @Test(arguments: mistakes)
  func `an error in a description is reported with its position`(text: String, message: String) throws {
    let path = ServedRuntime.temporaryPath("yaml")
    try File.writeAtomically(Array(text.utf8), to: path)
    defer { try? File.remove(path) }
    let error = #expect(throws: SimulatorError.self) { try SimulatedRuntime(.description(path)) }
    #expect(error?.description.hasPrefix(path) == true)
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  /// On a real node with ten thousand containers, the list has about 760 bytes per container.
  @Test func `generated objects are as large as real ones`() async throws {
    let served = try ServedRuntime(.synthetic(pods: 300, containers: 1000))
    let bytes = try await served.channel.unary(Method.listContainers.path(.v1), [])
    #expect((720_000...800_000).contains(bytes.count), "\(bytes.count)")
    let containers = try ListContainersResponse.decode(bytes).containers
    #expect(containers.count == 1000)
    #expect(Set(containers.map(\.id)).count == 1000)
    let items = try await served.call(.listPodSandbox, ListPodSandboxRequest()).items
    #expect(items.count == 300)
    #expect(Set(items.map(\.metadata?.uid)).count == 300)
    var addresses: Set<String> = []
    for item in items {
      let reply = try await served.call(
        .podSandboxStatus, PodSandboxStatusRequest(podSandboxID: item.id, verbose: true))
      addresses.insert(reply.status?.network?.ip ?? "")
      let info = try JSON.parse(try #require(reply.info["info"]))
      #expect(info["pid"]?.intValue ?? 0 > 0)
      #expect(
        info["cniResult"]?["Interfaces"]?["eth0"]?["IPConfigs"]?[0]?["IP"]?.stringValue == reply.status?.network?.ip)
    }
    #expect(addresses.count == 300)

    var streamed: [String] = []
    var messages = 0
    for try await message in try served.channel.stream(Method.streamContainers.path(.v1), []) {
      streamed += try StreamContainersResponse.decode(message).containers.map(\.id)
      messages += 1
    }
    #expect(streamed == containers.map(\.id))
    #expect(messages == 4)
  }

  @Test func `hostile responses can be decoded`() async throws {
    var options = SimulatedRuntime.Options()
    options.addsMalformedObjects = true
    options.statePath = ServedRuntime.temporaryPath("state")
    defer { try? File.remove(options.statePath ?? "") }
    for _ in 0..<2 {
      // The second round starts from the state file.
      let served = try ServedRuntime(options: options)
      let items = try await served.call(.listPodSandbox, ListPodSandboxRequest()).items
      #expect(items.contains { $0.metadata == nil })
      #expect(items.contains { $0.state.protoName == nil })
      #expect(items.contains { $0.createdAt < .zero })
      #expect(items.contains { $0.runtimeHandler.contains("\u{1b}[31m") })
      #expect(items.contains { $0.metadata?.name.contains("\u{fffd}") == true })
      for item in items {
        _ = try await served.call(.podSandboxStatus, PodSandboxStatusRequest(podSandboxID: item.id, verbose: true))
      }
      let containers = try await served.call(.listContainers, ListContainersRequest()).containers
      #expect(items.count == 3)
      #expect(containers.count == 4)
      for item in containers {
        _ = try await served.call(.containerStatus, ContainerStatusRequest(containerID: item.id, verbose: true))
      }
      #expect(try await served.call(.listImages, ListImagesRequest()).images.count == 1)
      let files = try await served.call(.imageFsInfo, ImageFsInfoRequest()).imageFilesystems
      #expect(files.map(\.usedBytes?.value) == [.max])
    }
  }
}
