internal import ArgumentParser
internal import CRIProtobuf
internal import CRISimulator

struct CRISim: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cri-sim",
    abstract:
      "Simulate a container runtime: serve the CRI on a unix socket from a given state, without running containers.",
    discussion: """
      cri-sim is for tests, demonstrations and machines without a runtime. Clients can read and change its state with the \
      calls of the CRI, but nothing is executed: exec and attach run simulated programs (true, false, echo, exit N, cat, \
      sleep SECONDS, yes, size, hang, drop, and sh, which takes commands from -c or from its input), and port-forward \
      reaches ports 7 (echo) and 80 (a web page). Errors have containerd's messages (or CRI-O's, if a recording of CRI-O is \
      served).

      cri-sim prints one line on stderr when it is ready, and removes its socket on SIGTERM and SIGINT. Exit codes: \
      0 stopped by a signal, 1 failure, 2 usage error, 137 killed by --kill-after.

      A DURATION is, for example, 250ms, 1.5s, 2m or 1h, or a number of seconds. A METHOD is the name of a call, such \
      as ListContainers, or all.

      Example: a node that loses its pods' addresses when the runtime restarts (containerd#7843):
        cri-sim --socket /tmp/sim.sock --pods 3 --containers 5 --state /tmp/sim.state --on-restart lose-ips
      When the same command is started again, it reads the state file and responds like containerd 1.6.12 after a restart.
      """)

  @Option(help: ArgumentHelp("Listen on this socket. A socket file without a listener is replaced.", valueName: "path"))
  var socket: String?

  @OptionGroup(title: "State") var source: SourceOptions
  @OptionGroup(title: "Restarts") var restart: RestartOptions
  @OptionGroup(title: "Faults") var faults: FaultOptions

  @OptionGroup(title: "TLS") var tls: StreamTLSOptions

  @Flag(help: "Print the state in the format of --description and exit.")
  var printState = false

  func run() throws {
    if socket == nil, !printState { throw ValidationError("--socket is missing; specify the path to listen on") }
    var options = SimulatedRuntime.Options()
    options.statePath = restart.state
    options.onRestart = restart.onRestart.losses
    options.faults = try faults.faults()
    options.addsMalformedObjects = source.hostile
    options.onKill = Process.die
    options.streamingTLS = try tls.provider()
    let runtime = try SimulatedRuntime(try source.source(), options: options)
    if printState { return print(runtime.stateDescription) }
    try Process.serve(runtime, at: socket ?? "")
  }
}
