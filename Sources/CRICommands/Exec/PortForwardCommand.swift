internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRIStreaming
internal import CRISystem

struct PortForwardCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "port-forward", abstract: "Forward local ports to a pod.",
    discussion: """
      Specify the pod by its ID, a unique prefix, its name, or NAMESPACE/POD. Each local connection uses a separate \
      connection to the runtime: if one fails, the others continue, and after a restart of the runtime, new connections \
      work again. Press Ctrl-C to stop.

      Example: cri port-forward default/web 8080:80 :443
      """)

  @Option(
    help: ArgumentHelp(
      "Listen on this IP address, or on localhost, which is 127.0.0.1 and ::1 (repeatable).", valueName: "address"))
  var address: [String] = ["localhost"]

  @OptionGroup(title: "Streaming") var stream: StreamOptions

  @Argument(
    help: ArgumentHelp(
      "The pod, and the ports: REMOTE, LOCAL:REMOTE, or :REMOTE for any local port.", valueName: "pod ports"))
  var words: [String]

  func validate() throws {
    guard words.count >= 2 else {
      throw ValidationError("specify a pod and ports, as in: cri port-forward web 8080:80")
    }
    if words[0].isEmpty { throw ValidationError("the ID of the pod is empty") }
    for word in words.dropFirst() where PortMapping(word) == nil {
      throw ValidationError("\(word) is not a port; specify REMOTE, LOCAL:REMOTE or :REMOTE")
    }
    if address.contains(where: { $0.split(separator: ",").isEmpty }) {
      throw ValidationError("--address is empty; specify an IP address of this node, or localhost")
    }
    for text in address.flatMap({ $0.split(separator: ",") }) where text != "localhost" {
      if SocketAddress(ip: String(text), port: 0) == nil {
        throw ValidationError("--address \(text): specify an IP address of this node, or localhost")
      }
    }
  }

  func run() async throws {
    let context = try Context()
    let client = context.bulkClient()
    let pod = try await PodTarget.find(words[0], client)
    let ports = words.dropFirst().compactMap(PortMapping.init)
    let listeners = try PortListeners(ports, on: address.flatMap { $0.split(separator: ",").map(String.init) })
    let signals = try SignalWatch()
    for line in listeners.lines { try StandardStream.output.write("\(line)\n") }
    let forwarding = PortForwarding(
      client: client, pod: pod, listeners: listeners, options: try stream.options(context), context: context,
      output: try OutputWriter(.output), errors: try OutputWriter(.error))
    let end = await withTaskGroup(of: SignalWatch.Received?.self) { group in
      group.addTask { await signals.next() }
      group.addTask {
        await forwarding.run()
        return nil
      }
      let end = await group.next() ?? nil
      group.cancelAll()
      return end
    }
    // Ctrl-C is the usual end, as in crictl.
    if let end, end.name != "SIGINT" { throw ExitCode(SessionOutcome.signalBase + end.number) }
  }
}
