internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRISystem

struct RmiCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "rmi", abstract: "Remove images.",
    discussion:
      "containerd and similar runtimes remove an image with all its names, even if only one name is given; the other "
      + "names are printed first.")

  @Argument(help: ArgumentHelp("Names or IDs of images.", valueName: "image"))
  var names: [String] = []

  @Flag(name: [.customShort("a"), .long], help: "Remove all images; on a terminal, ask for confirmation first.")
  var all = false

  @Flag(
    name: [.customShort("q"), .long],
    help: "Remove the images that are not pinned and are not used by any container or ready pod.")
  var prune = false

  @OptionGroup var confirmation: Confirmation

  func validate() throws {
    if all || prune, !names.isEmpty { throw ValidationError("specify images, or --all, or --prune") }
    if !all, !prune, names.isEmpty { throw ValidationError("specify at least one image, --all or --prune") }
  }

  func run() async throws {
    let context = try Context(asksImagesOnly: !prune)
    let client = context.client()
    let removal = ImageRemoval(client: client)
    guard all || prune else { return try await removal.remove(names.withoutDuplicates) }
    let images: [Image]
    do {
      let found = try await client.images.images()
      images = prune ? try await ImageUse(client: client, timeout: context.bulkTimeout).unused(of: found) : found
    } catch let error as RPCError {
      throw Failure(error, client.endpoint)
    }
    if images.isEmpty {
      let message = Crictl.words("No images to remove", or: "no images to remove")
      return try StandardStream.error.write(Failure(.done, message).line)
    }
    // As in crictl, --prune restricts --all.
    if all, !prune { try confirmation.ask("remove all \(images.count) images on \(client.images.endpoint.path)") }
    try await removal.remove(images, mayBeInUse: prune)
  }
}
