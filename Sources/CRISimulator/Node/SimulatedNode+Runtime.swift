internal import CRIGRPC
internal import CRIMessages

/// The CRI's calls for the runtime itself and for images.
extension SimulatedNode {
  func version(_ request: VersionRequest, _ api: APIVersion) -> VersionResponse {
    var response = version
    if api != .v1 { response.runtimeApiVersion = api.rawValue }
    return response
  }

  func status(_ request: StatusRequest) -> StatusResponse {
    var response = status
    if request.verbose { response.info = statusInfo }
    return response
  }

  /// Sets the condition `NetworkReady`. If false, the condition has the reason and message of a missing CNI
  /// configuration.
  mutating func setNetworkReady(_ isReady: Bool) {
    guard let index = status.status?.conditions.firstIndex(where: { $0.type == "NetworkReady" }) else {
      return
    }
    let reason =
      isCRIO
      ? "no CNI configuration file in /etc/cni/net.d/. Has your network provider started?"
      : "cni plugin not initialized"
    status.status?.conditions[index] =
      isReady
      ? RuntimeCondition(type: "NetworkReady", status: true)
      : RuntimeCondition(
        type: "NetworkReady", status: false, reason: "NetworkPluginNotReady",
        message: "Network plugin returns error: \(reason)")
    isChanged = true
  }

  func runtimeConfig(_ request: RuntimeConfigRequest) -> RuntimeConfigResponse {
    RuntimeConfigResponse(linux: LinuxRuntimeConfiguration(cgroupDriver: .systemd))
  }

  // MARK: Images

  func listImages(_ filter: ImageFilter?) -> [Image] {
    // containerd ignores the filter.
    guard let name = filter?.image?.image, !name.isEmpty, isCRIO else { return images.all.map(\.item) }
    return images.all.filter { $0.hasName(name) }.map(\.item)
  }

  /// Returns an empty response if the image does not exist.
  func imageStatus(_ request: ImageStatusRequest) throws(CallFailure) -> ImageStatusResponse {
    guard let image = try image(request.image) else { return ImageStatusResponse() }
    var response = image.response
    if request.verbose { response.info = image.verboseInfo }
    return response
  }

  mutating func pullImage(_ request: PullImageRequest) throws(CallFailure) -> PullImageResponse {
    guard let name = request.image?.image, !name.isEmpty else {
      throw CallFailure(.unknown, "failed to parse image reference \"\": invalid reference format")
    }
    return PullImageResponse(imageRef: addImage(name))
  }

  mutating func removeImage(_ request: RemoveImageRequest) throws(CallFailure) -> RemoveImageResponse {
    if let image = try image(request.image) { images[image.id] = nil }
    isChanged = true
    return RemoveImageResponse()
  }

  /// Adds an image unless it already exists.
  /// - Returns: The ID of the image.
  @discardableResult
  mutating func addImage(_ name: String) -> String {
    if let image = images.all.first(where: { $0.hasName(name) }) { return image.id }
    let digits = Identifier.make("image \(name)")
    let digest = "sha256:\(Identifier.make("digest \(name)"))"
    // A colon after the last slash precedes the tag; a colon before it precedes the registry's port.
    let start = name.lastIndex(of: "/") ?? name.startIndex
    let repository = name[start...].firstIndex(of: ":").map { name[..<$0] } ?? name[...]
    let item = Image(
      id: isCRIO ? digits : "sha256:\(digits)",
      repoTags: name.contains("@") ? [] : [name], repoDigests: ["\(repository)@\(digest)"],
      size: UInt64(1_000_000 + Identifier.number(digits, below: 200_000_000)), pinned: name.contains("/pause")
    )
    images[item.id] = SimulatedImage(item: item, response: ImageStatusResponse(image: item))
    isChanged = true
    return item.id
  }

  func imageFsInfo(_ request: ImageFsInfoRequest) -> ImageFsInfoResponse {
    // The sum of the sizes of hostile images overflows.
    let used = images.all.reduce(UInt64(0)) { sum, image in
      let (total, isTooLarge) = sum.addingReportingOverflow(image.item.size)
      return isTooLarge ? .max : total
    }
    let path = "/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs"
    return ImageFsInfoResponse(imageFilesystems: [
      FilesystemUsage(
        timestamp: now, fsID: FilesystemIdentifier(mountpoint: path), usedBytes: UInt64Value(value: used),
        inodesUsed: UInt64Value(value: used / 16384))
    ])
  }
}
