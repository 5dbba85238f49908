package import CRISystem

/// Forwards a connection on this machine to a port in a pod.
///
/// Each forwarded connection has its own connection to the runtime and its own thread: if one stalls or fails, this
/// does not affect the others, and after a restart of the runtime the next connection works again.
public enum ForwardedConnection {
  /// Forwards until both directions have ended. If one side stops sending, the connection stays half-closed,
  /// provided that the transport supports this. Cancelling the task ends the connection.
  /// - Parameters:
  ///   - socket: The descriptor of a connected stream socket, for example one that `accept` has returned. This call
  ///     takes ownership: it makes the socket non-blocking, and closes it at the end or after an error.
  ///   - port: The port in the pod.
  ///   - options: Options for the connection to the runtime's streaming server.
  ///   - refused: Called if a transport was rejected and the next one is tried.
  ///   - url: Calls the runtime with the port and returns the URL. This is called once for each transport, because a
  ///     URL can be used only once.
  /// - Throws: `StreamingError` (`.remote` if the port refused the connection), or the error that `url` throws.
  public static func run(
    takingOver socket: Int32, port: UInt16, options: StreamingOptions = StreamingOptions(),
    refused: (StreamingError) -> Void = { _ in }, url: () async throws -> String
  ) async throws {
    let descriptor = Descriptor(owning: socket)
    do throws(Errno) { try descriptor.setFlags() } catch {
      throw StreamingError(.system, "descriptor \(socket) cannot be used: \(error)")
    }
    try await run(descriptor, port: port, options: options, refused: refused, url: url)
  }

  /// The same as `run(takingOver:port:options:refused:url:)`, with a socket that is already non-blocking.
  /// - Parameter using: Called with each transport before it is tried.
  package static func run(
    _ socket: consuming Descriptor, port: UInt16, options: StreamingOptions,
    refused: (StreamingError) -> Void = { _ in }, using: (StreamTransportKind) -> Void = { _ in },
    url: () async throws -> String
  ) async throws {
    let local = PlainSocket(socket)
    var refusals: [StreamingError] = []
    for kind in options.transport.kinds {
      do {
        let target = try StreamURL(try await url())
        using(kind)
        return try await run(local, port, target, kind, options)
      } catch let error as StreamingError where error.isTransportRefused {
        refusals.append(error)
        if refusals.count < options.transport.kinds.count { refused(error) }
      }
    }
    throw StreamingError(joining: refusals)
  }

  private static func run(
    _ local: PlainSocket, _ port: UInt16, _ url: StreamURL, _ transport: StreamTransportKind,
    _ options: StreamingOptions
  ) async throws(StreamingError) {
    let ending: RelayCompletion
    do throws(Errno) {
      ending = try RelayCompletion()
      let thread = RelayThread(
        url: url, transport: transport, port: port, options: options, local: local, ending: ending)
      try Thread.detach { thread.run() }
    } catch { throw StreamingError(.system, "cannot start a thread: \(error)", url: url.text) }
    let result = await withTaskCancellationHandler {
      await ending.result()
    } onCancel: {
      ending.cancel()
    }
    try result.get()
  }
}
