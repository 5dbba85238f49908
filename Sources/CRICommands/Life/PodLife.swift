internal import CRI
internal import CRICommandLine

/// Creates and removes pods and containers.
struct PodLife: Sendable {
  let client: Client
  /// The timeout of one call.
  let time: Duration

  /// - Returns: The sandbox's ID.
  func runPod(_ config: PodSandboxConfig, handler: String) async throws(Failure) -> String {
    do throws(RPCError) {
      let request = RunPodSandboxRequest(config: config, runtimeHandler: handler)
      // Networks take time to set up; crictl also waits twice as long here.
      let response = try await client.runtime.runPodSandbox(request, options: .within(time * 2))
      return try Self.named(response.podSandboxID, .runPodSandbox)
    } catch {
      throw Failure(error, client.endpoint)
    }
  }

  /// - Returns: The container's ID.
  func createContainer(
    _ config: ContainerConfig, in sandbox: String, _ pod: PodSandboxConfig
  ) async throws(Failure) -> String {
    do throws(RPCError) {
      let request = CreateContainerRequest(podSandboxID: sandbox, config: config, sandboxConfig: pod)
      let response = try await client.runtime.createContainer(request, options: .within(time))
      return try Self.named(response.containerID, .createContainer)
    } catch {
      let failure = Failure(error, client.endpoint)
      guard error.isNotFound, let image = config.image,
        let response = try? await client.images.imageStatus(.init(image: image))
      else { throw failure }
      // Either the image or the pod is missing.
      guard response.image != nil else {
        let remedy = "run cri pull \(image.image), or create with --with-pull"
        throw Failure(.notFound, "image \(image.image) is not on the node; \(remedy)")
      }
      throw Failure(.notFound, "\(failure.message); see cri pods")
    }
  }

  /// Rejects a response without an ID, because every later call needs it.
  static func named<Request, Response>(
    _ id: String, _ method: Method<Request, Response>
  ) throws(RPCError) -> String {
    if id.isEmpty { throw .undecodable(method: method.path(.v1), reason: "the response has no ID") }
    return id
  }

  func start(_ container: String) async throws(Failure) {
    do throws(RPCError) {
      _ = try await client.runtime.startContainer(StartContainerRequest(containerID: container), options: .within(time))
    } catch {
      throw Failure(error, about: "container \(container)", client.endpoint)
    }
  }

  /// The sandbox that was created by a call without a response: a runtime may complete a call after the caller has
  /// given up.
  /// - Parameter start: When the call began, in nanoseconds since 1970.
  /// - Returns: nil if no such sandbox appears within three seconds.
  func sandboxWithoutResponse(_ config: PodSandboxConfig, since start: Int64) async -> String? {
    let deadline = ContinuousClock.now + .seconds(3)
    while true {
      let pods = try? await client.runtime.podSandboxes()
      if let pod = pods?.first(where: { $0.metadata == config.metadata && $0.createdAt.nanoseconds >= start }) {
        return pod.id
      }
      guard ContinuousClock.now < deadline else { return nil }
      await pause(.milliseconds(200))
    }
  }

  /// Removes the sandbox that was left by a failure, and adds the result to the failure's message.
  func cleanUp(_ sandbox: String, after failure: Failure) async -> Failure {
    do throws(RPCError) {
      _ = try await client.runtime.stopPodSandbox(StopPodSandboxRequest(podSandboxID: sandbox), options: .within(time))
      _ = try await client.runtime.removePodSandbox(
        RemovePodSandboxRequest(podSandboxID: sandbox), options: .within(time))
      return Failure(failure.code, "\(failure.message); the pod that was created for it was removed again")
    } catch {
      let rest = "its pod \(sandbox) was not removed (\(error)): run cri rmp -f \(sandbox)"
      return Failure(failure.code, "\(failure.message); \(rest)")
    }
  }

  /// The uid of a running pod.
  func uid(of sandbox: String) async throws(Failure) -> String? {
    do throws(RPCError) {
      let request = PodSandboxStatusRequest(podSandboxID: sandbox)
      return try await client.runtime.podSandboxStatus(request, options: .within(time)).status?.metadata?.uid
    } catch {
      if error.isNotFound { throw Failure(.notFound, "pod \(sandbox) not found; see cri pods") }
      throw Failure(error, client.endpoint)
    }
  }
}

extension PodSandboxConfig {
  /// One uid for all calls: if the container's call had a different uid, clients of the runtime would see two pods.
  mutating func giveUID() {
    if metadata?.uid.isEmpty == true { metadata?.uid = UniqueID.uuid() }
  }
}
