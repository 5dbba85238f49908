internal import CRI
internal import CRICommandLine
internal import CRIStreaming
internal import CRISystem

/// Runs a command in a new container next to an existing one, and removes the new container.
struct DebugContainer: Sendable {
  /// The label of the containers that `debug` creates; its value is the ID of the container that is being debugged.
  static let label = "cri.debug/target"
  private static let podUIDLabel = "io.kubernetes.pod.uid"

  let context: Context
  let client: Client
  let target: DebugTarget
  let image: String
  let command: [String]
  let hasInput: Bool
  let hasTerminal: Bool

  private var sandbox: PodSandboxStatus { target.sandbox }

  /// - Returns: The exit code of the command.
  func run(_ pulling: Pulling, _ options: StreamingOptions) async throws -> Int32 {
    guard sandbox.state == .ready else {
      throw Failure(.failed, "pod \(ShortID.of(sandbox.id)) is not ready; see cri pods")
    }
    try await reportLeftovers()
    // CRI-O adds the labels of kubelet to every pod, but only kubelet adds this annotation.
    if sandbox.annotations["kubernetes.io/config.source"] != nil {
      try warn("kubelet manages this pod and does not know about the debug container; it may remove it at any time")
    }
    // Kept outside the task, because a signal may interrupt the task just after the container was created.
    let created = Locked<String?>(nil)
    do {
      let life = PodLife(client: client, time: context.bulkTimeout)
      let id = try await SignalWatch().interrupting {
        try await pullIfMissing(pulling)
        let id = try await life.createContainer(container, in: sandbox.id, pod)
        created.withLock { $0 = id }
        try await life.start(id)
        return id
      }
      let code = try await attach(id, options)
      try await remove(id)
      return code
    } catch {
      if let id = created.withLock({ $0 }) { try await remove(id) }
      if let end = error as? InterruptedError { throw Failure(.failed, "interrupted by \(end.signal.name)") }
      throw error
    }
  }

  private func warn(_ text: String) throws(Errno) { try StandardStream.error.write(Failure(.done, text).line) }

  /// Reports the containers that earlier commands have left in the pod.
  private func reportLeftovers() async throws {
    let filter = ContainerFilter(podSandboxID: sandbox.id)
    let warnings = WarningList()
    defer { warnings.end() }
    do throws(RPCError) {
      let all = try await client.runtime.listContainers(ListContainersRequest(filter: filter)).containers
      for container in all where container.labels[Self.label] != nil {
        let id = ShortID.of(container.id)
        let (subject, origin) = ("container \(id) in this pod", "left behind by another cri debug")
        try? warnings.write(
          container.state == .exited
            ? "\(subject) has exited and was \(origin); run cri rm \(id)"
            : "\(subject) is in use, or was \(origin); if it was left behind, run cri rm -f \(id)")
      }
    } catch {
      throw Failure(error, client.endpoint)
    }
  }

  private func pullIfMissing(_ pulling: Pulling) async throws {
    let spec = ImageSpec(image: image)
    do throws(RPCError) {
      if try await client.images.imageStatus(ImageStatusRequest(image: spec)).image != nil { return }
    } catch {
      throw Failure(error, about: "image \(image)", client.images.endpoint)
    }
    _ = try await pulling.pull(spec, for: pod)
  }

  /// The configuration of the sandbox, as far as the runtime reports it.
  private var pod: PodSandboxConfig {
    var pod = PodSandboxConfig(metadata: sandbox.metadata, labels: sandbox.labels, annotations: sandbox.annotations)
    let config = target.info["info"].map(StatusDocument.value(ofInfo:))?["config"]
    // Otherwise the container would be outside the limits of the pod.
    let parent = config?["linux"]?["cgroup_parent"]?.stringValue ?? ""
    // containerd compares the user namespace of the container with this one.
    let security = LinuxSandboxSecurityContext(namespaceOptions: namespaces)
    pod.linux = LinuxPodSandboxConfig(cgroupParent: parent, securityContext: security)
    return pod
  }

  /// The namespaces of the sandbox.
  private var namespaces: NamespaceOption { sandbox.linux?.namespaces?.options ?? NamespaceOption() }

  private var container: ContainerConfig {
    var namespaces = namespaces
    namespaces.pid = target.container == nil ? .pod : .target
    namespaces.targetID = target.container ?? ""
    var labels: StringMap = [Self.label: target.container ?? sandbox.id]
    for name in ["io.kubernetes.pod.name", "io.kubernetes.pod.namespace", Self.podUIDLabel] {
      if let value = sandbox.labels[name] { labels[name] = value }
    }
    // Without this capability, the files of the other container's processes cannot be read.
    let capabilities = Capability(addCapabilities: ["SYS_PTRACE"])
    let security = LinuxContainerSecurityContext(capabilities: capabilities, namespaceOptions: namespaces)
    return ContainerConfig(
      metadata: ContainerMetadata(name: "cri-debug-\(UniqueID.uuid().prefix(8))"),
      // CRI-O checks the image's signature by the name that the user specified.
      image: ImageSpec(image: image, userSpecifiedImage: image),
      command: ["sh", "-c", script, "sh"] + command,
      labels: labels, stdin: true, stdinOnce: true, tty: hasTerminal,
      linux: LinuxContainerConfig(securityContext: security))
  }

  /// The shell waits for a line, so that the command writes nothing before we are attached. WebSocket cannot end the
  /// input of a command that is not supposed to have any.
  private var script: String {
    #"read -r line; exec "$@""# + (hasInput || hasTerminal ? "" : " </dev/null")
  }

  private func attach(_ id: String, _ options: StreamingOptions) async throws -> Int32 {
    let subject = "debug container \(ShortID.of(id))"
    let streams = RemoteCommandStreams(stdin: true, terminal: hasTerminal)
    let request = AttachRequest(
      containerID: id, stdin: streams.stdin, tty: streams.terminal, stdout: streams.stdout, stderr: streams.stderr)
    do {
      let (context, client) = (context, client)
      let session = try await Session.open(
        streams, options: options, refused: { StreamOptions.note($0, context) }
      ) { try await client.runtime.attach(request).url }
      StreamOptions.note(session, context)
      try await begin(session)
      var outcome = SessionOutcome(subject: subject, command: [], timeLimit: nil)
      outcome.canOutliveSession = false
      let own = RemoteCommandStreams(stdin: hasInput, terminal: hasTerminal)
      let code = try await outcome.run(session, own, nil, nil) ?? 0
      return code == 0 ? try await AttachCommand.exitCode(id, client) : code
    } catch let error as StreamingError {
      throw Failure(error, about: subject)
    } catch let error as RPCError {
      throw Failure(error, about: subject, client.endpoint)
    }
  }

  /// Sends the line for which the shell waits.
  private func begin(_ session: Session) async throws(StreamingError) {
    do throws(StreamingError) {
      try await session.input.write(Array("\n".utf8))
      if !hasInput, session.input.canFinish { try session.input.finish() }
    } catch {
      // A session that has ended takes no input, and its result says why it has ended.
      if error.code != .inputClosed { throw error }
    }
  }

  /// Kills and removes the container, even if this task has been cancelled.
  private func remove(_ id: String) async throws {
    let (client, timeout) = (client, context.bulkTimeout)
    // A further signal must not leave the container behind. The calls have a timeout.
    let signals = try? SignalWatch()
    defer { withExtendedLifetime(signals) {} }
    let error = await Task { () -> RPCError? in
      do throws(RPCError) {
        _ = try await client.runtime.stopContainer(StopContainerRequest(containerID: id), options: .within(timeout))
        _ = try await client.runtime.removeContainer(RemoveContainerRequest(containerID: id), options: .within(timeout))
        return nil
      } catch {
        return error.isNotFound ? nil : error
      }
    }.value
    guard let error else { return }
    throw Failure(.sessionFailed, "the debug container was not removed (\(error)); run cri rm -f \(id)")
  }
}
