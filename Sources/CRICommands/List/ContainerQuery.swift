internal import CRI

/// Which containers are wanted, the youngest first.
struct ContainerQuery: Sendable {
  /// What the runtime selects by.
  var filter = ContainerFilter()
  /// And what we do.
  var name: Pattern?
  var namespace: Pattern?
  var image: String?
  var limit: Int?

  /// Asks the runtime: one call, and one more where an image was named.
  func run(_ client: Client) async throws(Failure) -> [Container] {
    do throws(RPCError) {
      guard let image else { return select(try await list(client)) }
      // One after the other, so that both know the version of the interface.
      let request = ImageStatusRequest(image: ImageSpec(image: image))
      // No container has an image that is not there.
      guard let found = try await client.images.imageStatus(request).image else { return [] }
      return select(try await list(client), image: found)
    } catch {
      throw Failure(error)
    }
  }

  private func list(_ client: Client) async throws(RPCError) -> [Container] {
    let filter = filter == ContainerFilter() ? nil : filter
    return try await client.runtime.listContainers(ListContainersRequest(filter: filter)).containers
  }

  /// Those of `containers` that the runtime cannot select.
  func select(_ containers: [Container], image: Image? = nil) -> [Container] {
    var wanted = containers
    if name != nil || namespace != nil || image != nil {
      wanted = containers.filter { container in
        name?.matches(container.metadata?.name ?? "") != false
          && namespace?.matches(container.podNamespace) != false
          && image?.isImage(of: container) != false
      }
    }
    return wanted.youngestFirst(\.createdAt, limit: limit)
  }
}

extension Container {
  /// The labels that kubelet gives a container name its pod.
  var podName: String { labels["io.kubernetes.pod.name", default: "unknown"] }
  var podNamespace: String { labels["io.kubernetes.pod.namespace", default: "unknown"] }
}

extension Image {
  /// Whether the container runs this image. Older runtimes give no image ID, but a reference that may be one.
  func isImage(of container: Container) -> Bool {
    if !container.imageID.isEmpty { return container.imageID == id }
    let names = [id] + repoTags + repoDigests
    return names.contains(container.imageRef) || names.contains(container.image?.image ?? "")
  }
}
