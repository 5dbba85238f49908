internal import CRI
internal import CRICommandLine
internal import CRIStreaming
internal import CRISystem

/// Accepts local connections and forwards each to the pod.
struct PortForwarding: Sendable {
  /// The number of connections that are forwarded in parallel. Further ones wait in the kernel's queue.
  private static let limit = 1000

  let client: Client
  let pod: String
  let listeners: PortListeners
  let options: StreamingOptions
  let context: Context
  let output: OutputWriter
  let errors: OutputWriter

  /// Runs until the task is cancelled, which ends all connections.
  func run() async {
    let count = Locked(0)
    await withDiscardingTaskGroup { group in
      while !Task.isCancelled, let accepted = await listeners.acceptor.next() {
        let address = listeners.acceptor.addresses[accepted.address]
        let remote = listeners.remotes[accepted.address]
        output.post("Handling connection for \(address.port)\n")
        count.withLock { $0 += 1 }
        group.addTask {
          await forward(accepted, from: address, to: remote)
          count.withLock { $0 -= 1 }
        }
        while count.withLock({ $0 }) >= Self.limit, !Task.isCancelled { await pause(.milliseconds(20)) }
      }
      group.cancelAll()
    }
  }

  /// A failure ends this connection only.
  private func forward(_ accepted: TCPAcceptor.Accepted, from local: SocketAddress, to remote: UInt16) async {
    let subject = "the connection from port \(local.port) to port \(remote) of pod \(ShortID.of(pod))"
    do {
      let request = PortForwardRequest(podSandboxID: pod, port: [Int32(remote)])
      try await ForwardedConnection.run(
        accepted.socket, port: remote, options: options, refused: { StreamOptions.note($0, context) },
        using: { StreamOptions.note($0, for: subject, context) }
      ) { try await client.runtime.portForward(request).url }
    } catch {
      guard !Task.isCancelled else { return }
      let failure =
        switch error {
        case let error as StreamingError: Failure(error, about: subject, runsCommand: false)
        case let error as RPCError: Failure(error, about: subject, client.endpoint)
        default: Failure(.failed, "\(subject): \(error)")
        }
      errors.post(failure.line)
    }
  }
}
