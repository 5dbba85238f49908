internal import ArgumentParser
internal import CRI
internal import CRICommandLine

struct ImagesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "images", abstract: "List images.", discussion: "The images are sorted by name.\n\(ImageText.sortHelp)",
    aliases: ["image", "img"])

  @Argument(
    help: ArgumentHelp(
      "Show only images in this repository, or only those with this tag.", valueName: "repository[:tag]"))
  var name: String?

  @OptionGroup var selection: ImageSelection

  @OptionGroup var list: ListOutput

  @Flag(help: "Also show digests.")
  var digests = false

  @Flag(help: "Also show whether an image is pinned, that is, exempt from garbage collection.")
  var pinned = false

  func run() async throws {
    // crictl sends such words to the runtime, which ignores them, so existing scripts contain `crictl image ls`.
    let query = try selection.query(name: name.flatMap { ["ls", "list"].contains($0) ? nil : $0 })
    let view = try list.view(ImageText.self)
    let context = try Context(asksImagesOnly: true)
    let client = context.client()
    try await view.show(within: context.bulkTimeout) {
      ImageText(
        elements: try await query.run(client), showsFullIDs: list.noTrunc, showsDigests: digests,
        showsPinned: pinned, isWide: view.isWide)
    }
  }
}
