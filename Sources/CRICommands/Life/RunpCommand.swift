internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRISystem
internal import CRIText

struct RunpCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "runp", abstract: "Run a pod from a file, and print its ID.",
    discussion: "cri runp jsonschema (or js) prints the JSON schema of the pod file.")

  @Argument(
    help: ArgumentHelp("The pod file (CRI: PodSandboxConfig), in YAML or JSON.", valueName: "pod-file"))
  var file: String

  @Option(
    name: [.customShort("r"), .long], help: ArgumentHelp("The runtime handler, such as runc.", valueName: "handler"))
  var runtime = ""

  @OptionGroup var time: CallTime
  @OptionGroup var strictness: Strictness

  func run() async throws {
    if SchemaText.isRequested(file) { return try StandardStream.output.write(SchemaText.pod) }
    var config = try ConfigFile.pod(file, isStrict: strictness.strict)
    config.giveUID()
    let context = try Context()
    let life = PodLife(client: context.client(), time: time.of(context))
    let id = try await life.runPod(config, handler: runtime)
    try StandardStream.output.write("\(Sanitizer.visible(id))\n")
  }
}
