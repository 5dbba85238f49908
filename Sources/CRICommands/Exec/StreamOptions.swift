internal import ArgumentParser
internal import CRICommandLine
internal import CRIStreaming
internal import CRISystem

/// How the commands reach the runtime's streaming server.
struct StreamOptions: ParsableArguments {
  enum Transport: String, ExpressibleByArgument, CaseIterable { case auto, spdy, websocket }

  @Option(
    name: [.customShort("r"), .long],
    help: "The transport. auto tries SPDY first, and WebSocket if the runtime refuses SPDY.")
  var transport = Transport.auto

  @Option(
    help: ArgumentHelp(
      "Also allow connections to this host, spelled as in the runtime's URL (repeatable); the default is to connect only to this "
        + "node.",
      valueName: "host"))
  var allowStreamHost: [String] = []

  @OptionGroup var tls: TLSOptions

  func options(_ context: Context) throws(Failure) -> StreamingOptions {
    let kinds: StreamingOptions.Transport =
      switch transport {
      case .auto: .automatic
      case .spdy: .only(.spdy)
      case .websocket: .only(.webSocket)
      }
    return StreamingOptions(
      transport: kinds, setupTimeout: context.bulkTimeout, allowedHosts: allowStreamHost, userAgent: CRICommand.tool,
      tls: try tls.provider())
  }

  /// With `--debug`, reports that a transport was refused.
  static func note(_ refusal: StreamingError, _ context: Context) {
    guard context.isDebug else { return }
    let name = refusal.transport?.rawValue ?? ""
    try? StandardStream.error.write(
      Failure(.done, "\(name) was refused (\(refusal.reason)); trying the next transport").line)
  }

  /// With `--debug`, reports which transport a connection uses.
  static func note(_ transport: StreamTransportKind, for subject: String, _ context: Context) {
    guard context.isDebug else { return }
    try? StandardStream.error.write(Failure(.done, "\(subject) uses \(transport.rawValue)").line)
  }

  /// With `--debug`, reports which transport is used.
  static func note(_ session: Session, _ context: Context) {
    guard context.isDebug else { return }
    let line = "using \(session.transport.rawValue) with \(session.version.rawValue)"
    try? StandardStream.error.write(Failure(.done, line).line)
  }
}
