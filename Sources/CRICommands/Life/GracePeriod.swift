internal import CRI

/// How long a container may take to exit after SIGTERM.
enum GracePeriod {
  /// kubelet sets this annotation on each container, to the pod's terminationGracePeriodSeconds.
  static let annotation = "io.kubernetes.pod.terminationGracePeriod"

  /// - Returns: Seconds; 0 without the annotation, as in crictl.
  static func of(_ id: String, _ client: Client) async throws(RPCError) -> Int64 {
    do throws(RPCError) {
      let status = try await client.runtime.containerStatus(ContainerStatusRequest(containerID: id)).status
      return seconds(status?.annotations ?? [:])
    } catch {
      // A missing or ambiguous container is left to the runtime: stopping a removed container is not an error.
      if case .status = error.cause, !error.isUnknownService, !error.isNotInitialized { return 0 }
      throw error
    }
  }

  /// - Returns: Seconds, limited to one day: a longer period is assumed to be a mistake.
  static func seconds(_ annotations: StringMap) -> Int64 {
    guard let text = annotations[annotation], let seconds = Int64(text), seconds > 0 else { return 0 }
    return min(seconds, 86_400)
  }
}
