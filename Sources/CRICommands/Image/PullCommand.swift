internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRISystem
internal import CRIText

struct PullCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "pull", abstract: "Pull an image from its registry.",
    discussion: """
      The runtime may pull an image differently for different pods: containerd can choose the snapshotter by pod, and \
      CRI-O the signature policy. Use --pod-config to specify the pod.

      cri pull jsonschema (or js) prints the JSON schema of the pod file.
      """)

  @Argument(help: ArgumentHelp("The image, as NAME[:TAG|@DIGEST].", valueName: "image"))
  var image: String

  @OptionGroup var options: PullOptions

  @Option(
    name: [.customShort("a"), .long],
    help: ArgumentHelp("An annotation for the runtime (repeatable).", valueName: "key=value"))
  var annotation: [String] = []

  @Option(
    help: ArgumentHelp(
      "The pod file of the pod that will use the image (CRI: PodSandboxConfig).", valueName: "pod-file"))
  var podConfig: String?

  @OptionGroup var strictness: Strictness

  func validate() throws {
    if image.isEmpty { throw ValidationError("the image name is empty") }
    _ = try annotations
  }

  func run() async throws {
    if SchemaText.isRequested(image) { return try StandardStream.output.write(SchemaText.pod) }
    let (spec, pod) = try pullTarget()
    let pulling = try options.pulling(Context(asksImagesOnly: true))
    let reference: String
    do {
      reference = try await pulling.pull(spec, for: pod)
    } catch let failure as Failure {
      throw Failure(failure.code, Crictl.words("pulling image: ", or: "") + failure.message)
    }
    try StandardStream.output.write("Image is up to date for \(Sanitizer.visible(reference))\n")
  }

  private func pullTarget() throws -> (ImageSpec, PodSandboxConfig?) {
    var pod = try podConfig.map { try ConfigFile.pod($0, isStrict: strictness.strict) }
    pod?.giveUID()
    return (ImageSpec(image: image, annotations: try annotations), pod)
  }

  private var annotations: StringMap {
    get throws {
      var annotations: StringMap = [:]
      for text in annotation {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
          throw ValidationError("--annotation \(text): specify key=value")
        }
        annotations[String(text[..<equals])] = String(text[text.index(after: equals)...])
      }
      return annotations
    }
  }
}
