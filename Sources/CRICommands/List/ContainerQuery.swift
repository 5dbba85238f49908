internal import CRI
internal import CRICommandLine

/// Which containers are selected, the most recent first.
struct ContainerQuery: Sendable {
  /// The conditions that the runtime evaluates.
  var filter = ContainerFilter()
  /// The conditions that `cri` evaluates.
  var name: Pattern?
  var namespace: Pattern?
  var image: String?
  var labels = Labels()
  var limit: Int?

  /// Asks the runtime: one call, and one more if an image is specified.
  /// - Parameter mapKeys: The labels and annotations that the caller needs; nil for all.
  func run(_ client: Client, mapKeys: [String]? = nil) async throws(Failure) -> [Container] {
    do throws(RPCError) {
      var found: Image?
      if let image {
        // One after the other, so that the second call knows the version of the CRI.
        found = try await client.images.imageStatus(ImageStatusRequest(image: ImageSpec(image: image))).image
        // No container uses a missing image.
        if found == nil { return [] }
      }
      var containers = try await list(client, mapKeys)
      apply(to: &containers, image: found)
      return containers
    } catch {
      throw Failure(error, client.endpoint)
    }
  }

  private func list(_ client: Client, _ mapKeys: [String]?) async throws(RPCError) -> [Container] {
    let filter = filter == ContainerFilter() ? nil : filter
    var options = CallOptions()
    if labels.keys.isEmpty { options.mapKeys = mapKeys }
    return try await client.runtime.containers(filter, options: options)
  }

  /// The facts that the list does not contain, by ID. Removed containers are missing.
  static func facts(_ ids: [String], _ client: Client, timeout: Duration) async -> DetailResults<ContainerFacts> {
    await client.details(of: "container", ids, timeout: timeout) { (client, id) throws(RPCError) in
      let request = ContainerStatusRequest(containerID: id, verbose: true)
      let response = try await client.runtime.containerStatus(request, options: .within(timeout))
      guard let status = response.status else { throw Inspection.noStatus(.containerStatus) }
      return ContainerFacts(status, response.info)
    }
  }

  /// Applies the conditions that the runtime cannot evaluate, and sorts the most recent first.
  func apply(to containers: inout [Container], image: Image? = nil) {
    if name != nil || namespace != nil || image != nil {
      containers.removeAll { container in
        name?.matches(container.metadata?.name ?? "") == false
          || namespace?.matches(container.podNamespace) == false || image?.isImage(of: container) == false
      }
    }
    if !labels.keys.isEmpty { containers.removeAll { !labels.match($0.labels) } }
    containers.sortYoungestFirst(\.createdAt, limit: limit)
  }
}

extension Container {
  private static let podNameLabel = "io.kubernetes.pod.name"
  private static let podNamespaceLabel = "io.kubernetes.pod.namespace"
  /// The labels that a table needs.
  static let podLabels = [podNameLabel, podNamespaceLabel]

  /// The pod's name from the labels that kubelet sets on its containers.
  var podName: String { labels[Self.podNameLabel, default: "unknown"] }
  var podNamespace: String { labels[Self.podNamespaceLabel, default: "unknown"] }
}

extension Image {
  /// Whether the container runs this image. Older runtimes report no image ID, but a reference that may be one.
  func isImage(of container: Container) -> Bool {
    if !container.imageID.isEmpty { return container.imageID == id }
    let names = [id] + repoTags + repoDigests
    return names.contains(container.imageRef) || names.contains(container.image?.image ?? "")
  }
}
