internal import CRI
internal import CRICommandLine

extension ObjectAction {
  /// - Parameter forPods: The same command for pods; nil if pods have no such command.
  static func onContainers(
    _ client: Client, concurrency: Int = 8, isListed: Bool = false, forPods: String? = nil
  ) -> ObjectAction {
    ObjectAction(
      noun: "container", list: "cri ps -a", endpoint: client.endpoint, concurrency: concurrency,
      resolve: { (word) throws(Failure) in try await ObjectNames(client: client).container(word) }, isListed: isListed,
      wrongKindHint: WrongKindHint(client: client, noun: "container", command: forPods))
  }

  /// - Parameter forContainers: The same command for containers.
  static func onPods(_ client: Client, isListed: Bool = false, forContainers: String) -> ObjectAction {
    ObjectAction(
      noun: "pod", list: "cri pods", endpoint: client.endpoint,
      resolve: { (word) throws(Failure) in try await ObjectNames(client: client).pod(word) }, isListed: isListed,
      wrongKindHint: WrongKindHint(client: client, noun: "pod", command: forContainers))
  }
}
