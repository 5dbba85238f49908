internal import CRI

/// How long a container has to end by itself.
enum GracePeriod {
  /// kubelet's, at each container that it makes: the pod's terminationGracePeriodSeconds.
  static let annotation = "io.kubernetes.pod.terminationGracePeriod"

  /// - Returns: seconds; 0 where nothing is said of it, as in crictl.
  static func of(_ id: String, _ client: Client) async throws(RPCError) -> Int64 {
    do throws(RPCError) {
      let status = try await client.runtime.containerStatus(ContainerStatusRequest(containerID: id)).status
      return seconds(status?.annotations ?? [:])
    } catch {
      // What is not there, or several, is for the runtime to judge: to stop what is gone is no error.
      if case .status = error, !error.isUnknownService, !error.isNotInitialized { return 0 }
      throw error
    }
  }

  /// - Returns: seconds, a day at most: what is longer is a slip.
  static func seconds(_ annotations: StringMap) -> Int64 {
    guard let text = annotations[annotation], let seconds = Int64(text), seconds > 0 else { return 0 }
    return min(seconds, 86_400)
  }
}
