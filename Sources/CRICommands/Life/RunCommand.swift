internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRISystem
internal import CRIText

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "run", abstract: "Run a container in a new pod, and print the container's ID.",
    usage: "cri run [options] <container-file> <pod-file>\ncri run jsonschema [--pod] [--container]",
    discussion:
      "The image is pulled first, unless --no-pull or disable-pull-on-run in the configuration says otherwise. If the "
      + "container cannot be created or started, its pod is removed.")

  @Argument(
    help: ArgumentHelp(
      "The container file (CRI: ContainerConfig) and the pod file (PodSandboxConfig), in YAML or JSON.",
      valueName: "container-file pod-file"))
  var words: [String]

  @Option(
    name: [.customShort("r"), .long], help: ArgumentHelp("The runtime handler, such as runc.", valueName: "handler"))
  var runtime = ""

  @OptionGroup var policy: PullPolicy
  @OptionGroup var pull: PullOptions
  @OptionGroup var time: CallTime
  @OptionGroup var strictness: Strictness
  @OptionGroup var schema: SchemaOptions

  func validate() throws {
    try schema.check(words, count: 2, usage: "run takes the container file and the pod file, in this order")
  }

  func run() async throws {
    guard words.count == 2 else { return try schema.write() }
    let container = try ConfigFile.container(words[0], isStrict: strictness.strict)
    var pod = try ConfigFile.pod(words[1], isStrict: strictness.strict)
    pod.giveUID()
    let context = try Context()
    let life = PodLife(client: context.client(), time: time.of(context))
    let (handler, config) = (runtime, pod)
    let pulling = policy.pulls(context.pullsOnRun) ? try pull.pulling(context) : nil
    // Kept outside the task, because a signal may interrupt the task just after the pod was created.
    let progress = Locked(Progress.nothing)
    let id: String
    do {
      id = try await SignalWatch().interrupting {
        // The image is pulled before the pod exists, because a pull that fails would leave the pod behind.
        if let pulling { try await Self.pull(pulling, container, config) }
        progress.withLock { $0 = .started(Kernel.now) }
        let created = try await life.runPod(config, handler: handler)
        progress.withLock { $0 = .created(created) }
        let id = try await life.createContainer(container, in: created, config)
        try await life.start(id)
        return id
      }
    } catch {
      let failure =
        switch error {
        case let failure as Failure: failure
        case let end as InterruptedError: Failure(.failed, "interrupted by \(end.signal.name)")
        default: Failure(.failed, "\(error)")
        }
      switch progress.withLock({ $0 }) {
      case .created(let sandbox): throw await life.cleanUp(sandbox, after: failure)
      case .started(let start) where error is InterruptedError || failure.code.isTransient:
        if let sandbox = await life.sandboxWithoutResponse(config, since: start) {
          throw await life.cleanUp(sandbox, after: failure)
        }
        let remedy = "if its pod appears later, find it with cri pods --name \(config.metadata?.name ?? "")"
        throw Failure(failure.code, "\(failure.message); \(remedy)")
      case .started, .nothing: throw failure
      }
    }
    try StandardStream.output.write("\(Sanitizer.visible(id))\n")
  }

  /// The progress of the pod.
  private enum Progress: Sendable {
    case nothing
    /// When the runtime was called, in nanoseconds since 1970.
    case started(Int64)
    /// The sandbox's ID.
    case created(String)
  }

  private static func pull(_ pulling: Pulling, _ container: ContainerConfig, _ pod: PodSandboxConfig) async throws {
    do {
      try await pulling.pull(for: container, pod)
    } catch let failure as Failure where failure.code != .usage && !failure.code.isTransient {
      throw Failure(failure.code, "\(failure.message); --no-pull uses the image that is on the node")
    }
  }
}
