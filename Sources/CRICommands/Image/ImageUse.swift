internal import CRI
internal import CRIJSON

/// Which images are in use.
struct ImageUse: Sendable {
  let client: Client

  /// Those that are not pinned, and that no container and no ready sandbox uses.
  func unused(of images: [Image]) async throws(RPCError) -> [Image] {
    let containers = try await client.runtime.listContainers(ListContainersRequest()).containers
    var used = Set(containers.flatMap { [$0.imageRef, $0.imageID, $0.image?.image ?? ""] })
    used.formUnion(try await sandboxImages())
    return images.filter { image in
      !image.pinned && !used.contains(image.id) && !(image.repoTags + image.repoDigests).contains(where: used.contains)
        // Some runtimes leave the algorithm away from an ID.
        && !used.contains(String(image.id.drop { $0 != ":" }.dropFirst()))
    }
  }

  /// What ready sandboxes run, where the runtime tells it: their pause images.
  private func sandboxImages() async throws(RPCError) -> Set<String> {
    let filter = PodSandboxFilter(state: PodSandboxStateValue(state: .ready))
    let sandboxes = try await client.runtime.listPodSandbox(ListPodSandboxRequest(filter: filter)).items
    var images: Set<String> = []
    for sandbox in sandboxes {
      do throws(RPCError) {
        let request = PodSandboxStatusRequest(podSandboxID: sandbox.id, verbose: true)
        let info = try await client.runtime.podSandboxStatus(request).info["info"] ?? ""
        if let image = (try? JSON.parse(info))?["image"]?.stringValue { images.insert(image) }
      } catch {
        // One that is gone meanwhile uses none.
        if !error.isNotFound { throw error }
      }
    }
    return images
  }
}
