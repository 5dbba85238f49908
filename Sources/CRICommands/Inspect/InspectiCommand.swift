internal import ArgumentParser
internal import CRI
internal import CRICommandLine

struct InspectiCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "inspecti", abstract: "Show all details of images.",
    discussion: "The images are given by name or ID, or selected by options. Without either, all images are shown.")

  @Argument(help: ArgumentHelp("Names, digests or IDs of images, or unique prefixes of IDs.", valueName: "image"))
  var images: [String] = []

  @Option(
    help: ArgumentHelp(
      "Show only images in this repository, or only those with this tag.", valueName: "repository[:tag]"))
  var name: String?

  @OptionGroup var selection: ImageSelection

  @OptionGroup var output: InspectOutput

  func validate() throws {
    if !images.isEmpty, name != nil || !selection.filter.isEmpty {
      throw ValidationError("specify either images or selection options, such as --name")
    }
  }

  func run() async throws {
    let query = try selection.query(name: name)
    let view = try output.view()
    let context = try Context(asksImagesOnly: true)
    let client = context.client()
    let timeout = images.count == 1 ? context.callTimeout : context.bulkTimeout
    let selected = images.isEmpty ? try await query.run(client).map(\.id) : images
    let inspection = Inspection(
      noun: "image", list: "cri images", isListed: images.isEmpty, output: view, client: client, timeout: timeout)
    try await inspection.run(selected) { (client, id, isVerbose) async throws(RPCError) in
      let request = ImageStatusRequest(image: ImageSpec(image: id), verbose: isVerbose)
      let response = try await client.images.imageStatus(request, options: .within(timeout))
      return response.image.map { ImageReport(image: $0, info: response.info) }
    }
  }
}
