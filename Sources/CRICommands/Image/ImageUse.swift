internal import CRI
internal import CRICommandLine
internal import CRIJSON
internal import CRISnapshot
internal import CRISystem

/// Finds the images that are in use.
struct ImageUse: Sendable {
  let client: Client
  /// The timeout of one of many calls.
  let timeout: Duration

  /// The images that are not pinned, that no container and no ready sandbox uses, and that new pods do not need. An
  /// image that is kept only for new pods is reported on standard error.
  func unused(of images: [Image]) async throws -> [Image] {
    let containers = try await client.runtime.containers()
    let used = Self.spellings(containers.flatMap { [$0.imageRef, $0.imageID, $0.image?.image ?? ""] })
    let idle = images.filter { !$0.pinned && !$0.isAmong(used) }
    // In most cases there is nothing left to look up.
    if idle.isEmpty { return [] }
    let held = try await sandboxImages(images)
    let rest = idle.filter { !$0.isAmong(held) }
    guard let pause = await pauseImage(among: rest, images) else { return rest }
    let name = pause.repoTags.first ?? pause.repoDigests.first ?? pause.id
    try StandardStream.error.write(Failure(.done, "image \(name) is kept, because new pods need it").line)
    return rest.filter { $0.id != pause.id }
  }

  /// The image of new pods' pause processes, if it is among the unused ones. Without a pod, nothing else uses it, and
  /// the node may not be able to pull it again.
  private func pauseImage(among unused: [Image], _ images: [Image]) async -> Image? {
    let status = try? await client.runtime.status(StatusRequest(verbose: true), options: .within(timeout))
    if let name = status.flatMap({ RuntimeSettings(info: $0.info).pauseImage }) {
      return unused.first { $0.hasName(name) }
    }
    // containerd 2 does not report its configuration, but pins the image. CRI-O has pinned it since 1.27.
    if images.contains(where: { $0.pinned && $0.isNamedPause }) { return nil }
    return unused.filter(\.isNamedPause).max { ($0.repoTags.first ?? "") < ($1.repoTags.first ?? "") }
  }

  /// The images of ready sandboxes, which are their pause images, if the runtime reports them.
  private func sandboxImages(_ images: [Image]) async throws -> Set<String> {
    let filter = PodSandboxFilter(state: PodSandboxStateValue(state: .ready))
    let sandboxes = try await client.runtime.podSandboxes(filter)
    let results = await client.details(of: "pod", sandboxes.map(\.id), timeout: timeout) {
      (client, id) throws(RPCError) in
      let request = PodSandboxStatusRequest(podSandboxID: id, verbose: true)
      let info = try await client.runtime.podSandboxStatus(request, options: .within(timeout)).info["info"] ?? ""
      return (try? JSON.parse(info))?["image"]?.stringValue ?? ""
    }
    // An image that is not known to be unused is kept.
    if let failure = results.failures.first { throw failure }
    var names = results.found.values.filter { !$0.isEmpty }
    // A runtime can list a sandbox of which it has no status. Any pause image can be the one that it uses.
    let missing = Set(sandboxes.map(\.id)).subtracting(results.found.keys)
    if !missing.isEmpty, try await client.runtime.podSandboxes(filter).contains(where: { missing.contains($0.id) }) {
      names += images.filter(\.isNamedPause).flatMap(\.names)
    }
    return Self.spellings(names)
  }

  /// The names as they are, and in a normalised form.
  private static func spellings(_ names: [String]) -> Set<String> { Set(names + names.map(ImageReference.plain)) }
}

extension Image {
  /// Whether one of the names belongs to the image.
  fileprivate func isAmong(_ names: Set<String>) -> Bool {
    ([id] + self.names).contains { names.contains($0) || names.contains(ImageReference.plain($0)) }
  }

  /// Whether a repository of the image is called `pause`, like that of Kubernetes, or `mirrored-pause`, like Rancher's
  /// copy of it.
  fileprivate var isNamedPause: Bool {
    names.contains { name in
      ["pause", "mirrored-pause"].contains(ImageReference(name)?.path.split(separator: "/").last ?? "")
    }
  }
}
