internal import CRI
internal import CRICommandLine

extension ObjectAction {
  static func onContainers(_ client: Client, concurrency: Int = 8, isListed: Bool = false) -> ObjectAction {
    ObjectAction(
      noun: "container", list: "cri ps -a", endpoint: client.endpoint, concurrency: concurrency,
      resolve: { (word) throws(Failure) in try await ObjectNames(client: client).container(word) }, isListed: isListed)
  }

  static func onPods(_ client: Client, isListed: Bool = false) -> ObjectAction {
    ObjectAction(
      noun: "pod", list: "cri pods", endpoint: client.endpoint,
      resolve: { (word) throws(Failure) in try await ObjectNames(client: client).pod(word) }, isListed: isListed)
  }
}
