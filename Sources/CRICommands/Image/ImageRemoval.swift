internal import CRI
internal import CRICommandLine
internal import CRISystem
internal import CRIText

/// Removes images, and prints the names that were removed with them.
struct ImageRemoval: Sendable {
  let client: Client

  /// Removes images by name or ID.
  func remove(_ names: [String]) async throws {
    let client = client
    // The images are removed one after the other, because two arguments may name the same image.
    try await action(concurrency: 1).run(names) { name in
      guard let image = try await Self.image(name, client) else {
        throw Failure(.notFound, "image \(name) not found; see cri images")
      }
      let others = image.repoTags.filter { !ImageName(name).hasSameName(as: $0) }
      if !ImageName(name).isID(of: image), !others.isEmpty {
        let names = others.joined(separator: ", ")
        try StandardStream.error.write(
          Failure(.done, "image \(name) has other names, which the runtime may remove with it: \(names)").line)
      }
      return try await Self.remove(name, image, client)
    }
  }

  /// - Parameter mayBeInUse: Whether an image that has come into use in the meantime is only reported, without being a
  ///   failure.
  func remove(_ images: [Image], mayBeInUse: Bool) async throws {
    let client = client
    let byID = Dictionary(images.map { ($0.id, $0) }) { $1 }
    let warnings = WarningList()
    defer { warnings.end() }
    try await action(isListed: true).run(images.map(\.id)) { id in
      do throws(RPCError) {
        return try await Self.remove(id, byID[id] ?? Image(), client)
      } catch {
        guard mayBeInUse, error.isRefusal else { throw error }
        try warnings.write("image \(id) was not removed: \(error)")
        return ""
      }
    }
  }

  private func action(concurrency: Int = 8, isListed: Bool = false) -> ObjectAction {
    ObjectAction(
      noun: "image", list: "cri images", endpoint: client.images.endpoint, concurrency: concurrency, isListed: isListed)
  }

  private static func image(_ name: String, _ client: Client) async throws(RPCError) -> Image? {
    try await client.images.imageStatus(ImageStatusRequest(image: ImageSpec(image: name))).image
  }

  /// - Returns: A line for each name that was removed.
  private static func remove(_ name: String, _ image: Image, _ client: Client) async throws(RPCError) -> String {
    _ = try await client.images.removeImage(RemoveImageRequest(image: ImageSpec(image: name)))
    let names = image.repoTags.isEmpty ? image.repoDigests : image.repoTags
    // Some runtimes remove only the given name.
    let rest: Image?
    do throws(RPCError) {
      rest = try await Self.image(image.id, client)
    } catch {
      // A runtime that went away has not confirmed which names are left.
      guard error.isRefusal else { throw error }
      rest = nil
    }
    let kept = (rest?.repoTags ?? []) + (rest?.repoDigests ?? [])
    return names.filter { !kept.contains($0) }.map { "Deleted: \(Sanitizer.visible($0))\n" }.joined()
  }
}

extension RPCError {
  /// Whether the runtime itself refused the request and is still running.
  fileprivate var isRefusal: Bool {
    guard case .status(let status) = cause, !isUnknownService, !isNotInitialized else { return false }
    switch status.code {
    case .deadlineExceeded, .unavailable, .cancelled, .permissionDenied, .unauthenticated: return false
    default: return true
    }
  }
}
