internal import CRI
internal import CRICommandLine

/// Which images are selected, sorted by name.
struct ImageQuery: Sendable {
  var name: ImageName?
  var conditions: [ImageCondition] = []

  /// Asks the runtime: one call, and one more for each image if a condition needs its age.
  func run(_ client: Client) async throws(Failure) -> [Image] {
    let images = try await list(client)
    guard conditions.contains(where: \.needsCreationTimes) else { return try select(images) }
    // The list does not contain the time of creation; the image's own configuration does.
    let created = await client.details(of: "image", images.map(\.id)) { (client, id) throws(RPCError) in
      let response = try await client.images.imageStatus(ImageStatusRequest(image: ImageSpec(image: id), verbose: true))
      return StatusDocument.created(ofInfo: response.info)
    }
    if let failure = created.failures.first { throw failure }
    return try select(images, created: created.found)
  }

  func list(_ client: Client) async throws(Failure) -> [Image] {
    do throws(RPCError) {
      // The name is not sent: containerd would ignore it, and CRI-O would interpret a repository as its `latest` tag.
      return try await client.images.images()
    } catch {
      throw Failure(error, client.endpoint)
    }
  }

  func select(_ images: [Image], created: [String: Timestamp] = [:]) throws(Failure) -> [Image] {
    var selected = name?.select(images) ?? images
    // A single key, so that images with and without tags are sorted together.
    let keys = selected.map { $0.repoTags.first ?? $0.repoDigests.first ?? $0.id }
    let order = keys.indices.sorted {
      keys[$0].utf8.lexicographicallyPrecedes(keys[$1].utf8)
        || keys[$0].utf8.elementsEqual(keys[$1].utf8) && $0 < $1
    }
    selected = order.map { selected[$0] }
    for condition in conditions { selected = try condition.select(selected, among: images, created: created) }
    return selected
  }
}
