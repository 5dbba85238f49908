internal import CRIGRPC
internal import CRIJSON
internal import CRIMessages
internal import CRIProtobuf

/// Reads the state from a recording, and writes it as a recording.
extension SimulatedNode {
  /// Creates the state from a recording.
  /// - Parameter name: The name of the file, for errors.
  package init(recording bytes: [UInt8], name: String) throws(SimulatorError) {
    self.init()
    var offset = 0
    var number = 0
    while true {
      number += 1
      do {
        guard let line = try JSON.parse(bytes, from: &offset) else { break }
        guard let call = RecordedCall(line) else { throw SimulatorError("not a recorded call") }
        try take(call)
      } catch {
        throw SimulatorError("\(name): line \(number): \(error)")
      }
    }
    if case .failure(let failure)? = fixed["/runtime.v1.RuntimeService/RuntimeConfig"],
      failure.code == .unimplemented
    {
      // The runtime is older than RuntimeConfig (Kubernetes 1.28), and therefore lacks all later methods.
      unknownMethods = Set(AnyMethod.all.filter(\.isServerStreaming).map(\.name))
      unknownMethods.formUnion(["CheckpointContainer", "UpdatePodSandboxResources"])
    }
  }

  private mutating func take(_ call: RecordedCall) throws(DecodeError) {
    guard case .success(let response) = call.result else {
      // The simulator generates the runtime's errors for unknown IDs and methods itself.
      if call.request.isEmpty { fixed[call.method] = call.result }
      return
    }
    switch call.method.split(separator: "/").last {
    case "Version": version = try .decode(response)
    case "Status":
      status = try .decode(response)
      if try StatusRequest.decode(call.request).verbose { statusInfo = status.info }
      status.info = [:]
    case "ListPodSandbox":
      for item in try ListPodSandboxResponse.decode(response).items {
        updateSandbox(item.id) { $0.item = item }
      }
    case "PodSandboxStatus":
      let response = try PodSandboxStatusResponse.decode(response)
      let request = try PodSandboxStatusRequest.decode(call.request)
      updateSandbox(response.status?.id ?? request.podSandboxID) { sandbox in
        if request.verbose {
          sandbox.verboseInfo = response.info
          sandbox.response.status = response.status
        } else {
          sandbox.response = response
        }
      }
    case "ListPodSandboxStats":
      for stats in try ListPodSandboxStatsResponse.decode(response).stats {
        updateSandbox(stats.attributes?.id ?? "") { $0.stats = stats }
      }
    case "ListContainers":
      for item in try ListContainersResponse.decode(response).containers {
        updateContainer(item.id) { $0.item = item }
      }
    case "ContainerStatus":
      let response = try ContainerStatusResponse.decode(response)
      let request = try ContainerStatusRequest.decode(call.request)
      updateContainer(response.status?.id ?? request.containerID) { container in
        if request.verbose {
          container.verboseInfo = response.info
          container.response.status = response.status
        } else {
          container.response = response
        }
      }
    case "ListContainerStats":
      for stats in try ListContainerStatsResponse.decode(response).stats {
        updateContainer(stats.attributes?.id ?? "") { $0.stats = stats }
      }
    case "ListImages":
      for item in try ListImagesResponse.decode(response).images { updateImage(item.id) { $0.item = item } }
    case "ImageStatus":
      let response = try ImageStatusResponse.decode(response)
      let isVerbose = try ImageStatusRequest.decode(call.request).verbose
      guard let id = response.image?.id else { return }
      updateImage(id) { image in
        image.response.image = response.image
        if isVerbose { image.verboseInfo = response.info } else { image.response.info = response.info }
      }
    default: fixed[call.method] = call.result
    }
  }

  private mutating func updateSandbox(_ id: String, _ change: (inout SimulatedSandbox) -> Void) {
    var sandbox =
      sandboxes[id] ?? SimulatedSandbox(item: PodSandbox(id: id), response: PodSandboxStatusResponse())
    change(&sandbox)
    sandboxes[id] = sandbox
  }

  private mutating func updateContainer(_ id: String, _ change: (inout SimulatedContainer) -> Void) {
    var container =
      containers[id] ?? SimulatedContainer(item: Container(id: id), response: ContainerStatusResponse())
    change(&container)
    containers[id] = container
  }

  private mutating func updateImage(_ id: String, _ change: (inout SimulatedImage) -> Void) {
    var image = images[id] ?? SimulatedImage(item: Image(id: id), response: ImageStatusResponse())
    change(&image)
    images[id] = image
  }

  /// Returns the complete state as lines that `init(recording:name:)` can read.
  package func recording() -> [UInt8] {
    var writer = JSONWriter()
    var verbose = status
    verbose.info = statusInfo
    RecordedCall(.version, VersionRequest(), version).write(to: &writer)
    RecordedCall(.status, StatusRequest(verbose: true), verbose).write(to: &writer)
    RecordedCall(
      .listPodSandbox, ListPodSandboxRequest(), ListPodSandboxResponse(items: sandboxes.all.map(\.item))
    ).write(to: &writer)
    for sandbox in sandboxes.all {
      let request = PodSandboxStatusRequest(podSandboxID: sandbox.id)
      RecordedCall(.podSandboxStatus, request, sandbox.response).write(to: &writer)
      guard let info = sandbox.verboseInfo else { continue }
      let response = PodSandboxStatusResponse(status: sandbox.response.status, info: info)
      RecordedCall(
        .podSandboxStatus, PodSandboxStatusRequest(podSandboxID: sandbox.id, verbose: true), response
      )
      .write(to: &writer)
    }
    let items = ListContainersResponse(containers: containers.all.map(\.item))
    RecordedCall(.listContainers, ListContainersRequest(), items).write(to: &writer)
    for container in containers.all {
      let request = ContainerStatusRequest(containerID: container.id)
      RecordedCall(.containerStatus, request, container.response).write(to: &writer)
      guard let info = container.verboseInfo else { continue }
      let response = ContainerStatusResponse(status: container.response.status, info: info)
      RecordedCall(.containerStatus, ContainerStatusRequest(containerID: container.id, verbose: true), response)
        .write(to: &writer)
    }
    RecordedCall(.listImages, ListImagesRequest(), ListImagesResponse(images: images.all.map(\.item))).write(
      to: &writer)
    for image in images.all {
      let spec = ImageSpec(image: image.id)
      let response = ImageStatusResponse(image: image.response.image, info: image.verboseInfo)
      RecordedCall(.imageStatus, ImageStatusRequest(image: spec, verbose: true), response).write(to: &writer)
    }
    let containerStats = ListContainerStatsResponse(stats: containers.all.compactMap(\.stats))
    RecordedCall(.listContainerStats, ListContainerStatsRequest(), containerStats).write(to: &writer)
    let sandboxStats = ListPodSandboxStatsResponse(stats: sandboxes.all.compactMap(\.stats))
    RecordedCall(.listPodSandboxStats, ListPodSandboxStatsRequest(), sandboxStats).write(to: &writer)
    for (method, result) in fixed.sorted(by: { $0.key < $1.key }) {
      RecordedCall(method: method, result: result).write(to: &writer)
    }
    return writer.bytes
  }
}
