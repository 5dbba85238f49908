internal import ArgumentParser
internal import CRIProtobuf
internal import CRISimulator

struct CRISim: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cri-sim",
    abstract:
      "A container runtime without containers: serves the CRI on a unix socket from a state it was told.",
    discussion: """
      For tests, demonstrations and machines without a runtime. Nothing is ever run, but all that the CRI can ask and \
      change is there, in containerd's words (in CRI-O's where a recording is of CRI-O).

      It prints one line on stderr when it serves, and takes the socket away at SIGTERM and SIGINT. Exit codes: 0 ended \
      by a signal, 1 trouble, 2 usage, 137 died by --kill-after.

      A DURATION is 250ms, 1.5s, 2m, 1h or a number of seconds. A METHOD is the last part of its name (ListContainers) or \
      all.

      Example: a node that forgets its pods' addresses when its runtime restarts (containerd#7843):
        cri-sim --socket /tmp/sim.sock --pods 3 --containers 5 --state /tmp/sim.state --on-restart lose-ips
      Started again, it reads the state file and answers as containerd 1.6.12 does after a restart.
      """)

  @Option(help: ArgumentHelp("Where to listen; a dead socket file is replaced.", valueName: "path"))
  var socket: String?

  @OptionGroup(title: "What there is") var source: SourceOptions
  @OptionGroup(title: "Across restarts") var restart: RestartOptions
  @OptionGroup(title: "Faults") var faults: FaultOptions

  @Flag(help: "Print the state in the format of --description and exit.")
  var printState = false

  func run() throws {
    if socket == nil, !printState { throw ValidationError("--socket is missing.") }
    var options = SimulatedRuntime.Options()
    options.statePath = restart.state
    options.onRestart = restart.onRestart.losses
    options.faults = try faults.faults()
    options.isHostile = source.hostile
    options.die = Process.die
    let runtime = try SimulatedRuntime(try source.source(), options: options)
    if printState { return print(runtime.stateDescription) }
    try Process.serve(runtime, at: socket ?? "")
  }
}
