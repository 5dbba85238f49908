internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRISystem
internal import CRIText

struct CreateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "create", abstract: "Create a container in a pod, and print its ID.",
    usage: "cri create [options] <pod> <container-file> <pod-file>\ncri create jsonschema [--pod] [--container]",
    discussion:
      "The image must be on the node, unless it is pulled first (--with-pull, or pull-image-on-create in the "
      + "configuration). If the pod file has no uid, the pod's uid is used.")

  @Argument(
    help: ArgumentHelp(
      "The pod's ID, the container file (CRI: ContainerConfig) and the pod file (PodSandboxConfig), in YAML or JSON.",
      valueName: "pod container-file pod-file"))
  var words: [String]

  @OptionGroup var policy: PullPolicy
  @OptionGroup var pull: PullOptions
  @OptionGroup var time: CallTime
  @OptionGroup var strictness: Strictness
  @OptionGroup var schema: SchemaOptions

  func validate() throws {
    try schema.check(
      words, count: 3, usage: "create takes the pod's ID, the container file and the pod file, in this order")
  }

  func run() async throws {
    guard words.count == 3 else { return try schema.write() }
    let container = try ConfigFile.container(words[1], isStrict: strictness.strict)
    var pod = try ConfigFile.pod(words[2], isStrict: strictness.strict)
    let context = try Context()
    let pulling = policy.pulls(context.pullsOnCreate) ? try pull.pulling(context) : nil
    let life = PodLife(client: context.client(), time: time.of(context))
    let sandbox = try await ObjectNames(client: life.client).pod(words[0])
    if pod.metadata?.uid.isEmpty == true {
      pod.metadata?.uid = try await life.uid(of: sandbox) ?? ""
      pod.giveUID()
    }
    try await pulling?.pull(for: container, pod)
    let id = try await life.createContainer(container, in: sandbox, pod)
    try StandardStream.output.write("\(Sanitizer.visible(id))\n")
  }
}
