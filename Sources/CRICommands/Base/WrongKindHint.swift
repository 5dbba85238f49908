internal import CRI
internal import CRICommandLine

/// Explains why an object was not found: users confuse the IDs of pods with those of containers, because both look the
/// same.
struct WrongKindHint: Sendable {
  let client: Client
  /// The kind of object that was expected: `pod` or `container`.
  let noun: String
  /// The same command for the other kind, such as `cri inspectp`; nil if the other kind has no such command.
  let command: String?

  /// - Parameters:
  ///   - list: The command that lists the IDs of the expected kind.
  ///   - reason: What to say if the ID is not that of an object of the other kind.
  func notFound(_ word: String, _ list: String, otherwise reason: String = "not found") async -> Failure {
    let missing = "\(noun) \(word) not found"
    guard !word.isEmpty, !word.contains("/"), let found = await found(word) else {
      return Failure(.notFound, "\(noun) \(word) \(reason); see \(list)")
    }
    return Failure(.notFound, "\(missing): \(found)")
  }

  /// A hint for the ID of an object of the other kind; nil if there is no such object, or if the call fails.
  private func found(_ word: String) async -> String? {
    if noun == "container" {
      let pods = try? await client.runtime.podSandboxes(PodSandboxFilter(id: word))
      guard pods?.contains(where: { $0.id.hasPrefix(word) }) == true else { return nil }
      return "this is the ID of a pod; use " + (command.map { "\($0) \(word), or " } ?? "") + "cri ps -a --pod \(word)"
    }
    let containers = try? await client.runtime.containers(ContainerFilter(id: word))
    guard let container = containers?.first(where: { $0.id.hasPrefix(word) }) else { return nil }
    let pod = "cri inspectp \(container.podSandboxID.prefix(13))"
    return "this is the ID of a container; use " + (command.map { "\($0) \(word)" } ?? "\(pod) for its pod")
  }
}
