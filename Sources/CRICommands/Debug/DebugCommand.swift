internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRISystem

struct DebugCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "debug", abstract: "Run a shell or a command alongside a container that has no shell.",
    usage: "cri debug --image <image> [options] <pod|container> [-- <command> ...]\n"
      + "cri debug --host [--net] [--pid] [--ipc] [--uts] [--mount] <pod|container> [-- <command> ...]",
    discussion: """
      With --image, the command runs in a new container in the same pod. The new container shares the network and \
      IPC namespaces of the pod and the PID namespace of the target container, whose files are visible below \
      /proc/PID/root. The image must contain sh. It is pulled only if it is not on the node. The new container is removed when the command ends, for whatever reason. If \
      cri itself is killed, the container is left behind, and the next cri debug in the same pod reports it.

      With --host, the command is an executable on this node. --net, --pid, --ipc, --uts and --mount select the namespaces \
      of the target container that the command enters (default: all of them except the mount namespace). Nothing is pulled or \
      created. This needs root and nsenter.

      kubelet does not know about the new container, and may remove it at any time if it manages the pod.

      Exit codes: the command's own. 125: the command could not be run, or its exit code is unknown.
      """)

  @Option(help: ArgumentHelp("Run the command in a new container from this image.", valueName: "image"))
  var image: String?

  @Flag(help: "Run one of this node's executables in the namespaces of the container.")
  var host = false

  @Flag(help: "With --host: enter the network namespace.")
  var net = false

  @Flag(
    help: "With --host: enter the PID namespace. /proc still shows the processes of the node, unless --mount is given.")
  var pid = false

  @Flag(help: "With --host: enter the IPC namespace.")
  var ipc = false

  @Flag(help: "With --host: enter the UTS namespace, which holds the host name.")
  var uts = false

  @Flag(help: "With --host: enter the mount namespace, so that the container's executables are used.")
  var mount = false

  @Flag(
    name: [.customShort("i"), .long],
    help: "With --image: pass standard input to the command. (default: only if no command is specified)")
  var interactive = false

  @Flag(
    name: [.customShort("t"), .long],
    help: "With --image: run the command in a terminal. (default: only if no command is specified)")
  var tty = false

  @OptionGroup(title: "Pulling") var pull: PullOptions
  @OptionGroup(title: "Streaming") var stream: StreamOptions

  @Argument(
    help: ArgumentHelp(
      "The ID of a pod or a container, a unique prefix, or a name in any form that cri exec accepts; then the command. "
        + "(default: sh)",
      valueName: "pod|container command"))
  var words: [String] = []

  func validate() throws {
    guard let target = words.first, !target.isEmpty else { throw ValidationError("no pod or container is specified") }
    guard host != (image != nil) else { throw ValidationError("specify either --image or --host") }
    if image?.isEmpty == true { throw ValidationError("the image name is empty") }
    if !host, !namespaces.isEmpty { throw ValidationError("--net, --pid, --ipc, --uts and --mount require --host") }
    if host, interactive || tty {
      throw ValidationError("-i and -t are allowed only with --image; --host always has both")
    }
  }

  private var namespaces: [DebugNamespace] {
    let choices: [(isChosen: Bool, namespace: DebugNamespace)] = [
      (net, .net), (pid, .pid), (ipc, .ipc), (uts, .uts), (mount, .mount),
    ]
    return choices.filter(\.isChosen).map(\.namespace)
  }

  func run() async throws {
    let context = try Context()
    let command = Array(words.dropFirst())
    if command.isEmpty || tty, image != nil, !Terminal.isAttached {
      throw Failure(.usage, "standard input is not a terminal; specify a command, or run debug in a terminal")
    }
    let client = context.bulkClient()
    let target = try await DebugTarget.find(words[0], client)
    let code: Int32
    if let image {
      let isShell = command.isEmpty
      let container = DebugContainer(
        context: context, client: client, target: target, image: image, command: isShell ? ["sh"] : command,
        hasInput: interactive || isShell, hasTerminal: tty || isShell)
      code = try await container.run(pull.pulling(context), stream.options(context))
    } else {
      let chosen = namespaces.isEmpty ? DebugNamespace.usual : namespaces
      code = try await DebugHost(client: client, target: target, namespaces: chosen).run(command)
    }
    if code != 0 { throw ExitCode(code) }
  }
}
