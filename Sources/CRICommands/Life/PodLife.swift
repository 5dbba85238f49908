internal import CRI
internal import CRICommandLine

/// Makes pods and containers, and takes them away again.
struct PodLife: Sendable {
  let client: Client
  /// For one answer.
  let time: Duration

  /// - Returns: the sandbox's ID.
  func runPod(_ config: PodSandboxConfig, handler: String) async throws(Failure) -> String {
    do throws(RPCError) {
      let request = RunPodSandboxRequest(config: config, runtimeHandler: handler)
      // Networks take their time: crictl waits twice as long here, too.
      let answer = try await client.runtime.runPodSandbox(request, timeout: time * 2)
      return try Self.named(answer.podSandboxID, .runPodSandbox)
    } catch {
      throw Failure(error, client.endpoint)
    }
  }

  /// - Returns: the container's ID.
  func createContainer(
    _ config: ContainerConfig, in sandbox: String, _ pod: PodSandboxConfig
  ) async throws(Failure) -> String {
    do throws(RPCError) {
      let request = CreateContainerRequest(podSandboxID: sandbox, config: config, sandboxConfig: pod)
      let answer = try await client.runtime.createContainer(request, timeout: time)
      return try Self.named(answer.containerID, .createContainer)
    } catch {
      let failure = Failure(error, client.endpoint)
      guard error.isNotFound, let image = config.image,
        let answer = try? await client.images.imageStatus(.init(image: image))
      else { throw failure }
      // What is not there is the image or the pod.
      guard answer.image != nil else {
        let remedy = "cri pull \(image.image), or create with --with-pull"
        throw Failure(.notFound, "image \(image.image) is not there: \(remedy)")
      }
      throw Failure(.notFound, "\(failure.message); see cri pods")
    }
  }

  /// Without an ID there is nothing to go on with.
  static func named<Request, Response>(
    _ id: String, _ method: Method<Request, Response>
  ) throws(RPCError) -> String {
    if id.isEmpty { throw .undecodable(method: method.path(.v1), reason: "no ID in the answer") }
    return id
  }

  func start(_ container: String) async throws(Failure) {
    do throws(RPCError) {
      _ = try await client.runtime.startContainer(StartContainerRequest(containerID: container), timeout: time)
    } catch {
      throw Failure(error, client.endpoint)
    }
  }

  /// The sandbox that a call made which got no answer: a runtime may finish what nobody waits for any more.
  /// - Parameter start: when the call was begun, in nanoseconds since 1970.
  /// - Returns: nil where none has come up within three seconds.
  func unanswered(_ config: PodSandboxConfig, since start: Int64) async -> String? {
    let end = ContinuousClock.now + .seconds(3)
    while true {
      let pods = try? await client.runtime.podSandboxes()
      if let pod = pods?.first(where: { $0.metadata == config.metadata && $0.createdAt.nanoseconds >= start }) {
        return pod.id
      }
      guard ContinuousClock.now < end else { return nil }
      await pause(.milliseconds(200))
    }
  }

  /// What else a failure is about: the sandbox that it leaves is taken away.
  func cleanUp(_ sandbox: String, after failure: Failure) async -> Failure {
    do throws(RPCError) {
      _ = try await client.runtime.stopPodSandbox(StopPodSandboxRequest(podSandboxID: sandbox), timeout: time)
      _ = try await client.runtime.removePodSandbox(RemovePodSandboxRequest(podSandboxID: sandbox), timeout: time)
      return Failure(failure.code, "\(failure.message); the pod that was made for it is removed again")
    } catch {
      let rest = "its pod \(sandbox) is still there (\(error)): cri rmp -f \(sandbox)"
      return Failure(failure.code, "\(failure.message); \(rest)")
    }
  }

  /// The uid that a running pod has.
  func uid(of sandbox: String) async throws(Failure) -> String? {
    do throws(RPCError) {
      let request = PodSandboxStatusRequest(podSandboxID: sandbox)
      return try await client.runtime.podSandboxStatus(request, timeout: time).status?.metadata?.uid
    } catch {
      if error.isNotFound { throw Failure(.notFound, "pod \(sandbox) not found; see cri pods") }
      throw Failure(error, client.endpoint)
    }
  }
}

extension PodSandboxConfig {
  /// One for all calls: a pod whose container knows it by another uid is two to the runtime's clients.
  mutating func giveUID() {
    if metadata?.uid.isEmpty == true { metadata?.uid = UniqueID.uuid() }
  }
}
