internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRISystem

struct PsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "ps", abstract: "List containers.",
    discussion: "Without options, running containers are listed, the most recent first.\n\(ContainerText.sortHelp)")

  @Option(help: ArgumentHelp("Show only the container with this ID or unique prefix.", valueName: "id"))
  var id: String?

  @OptionGroup var selection: ContainerSelection

  @OptionGroup var list: ListOutput

  @Flag(name: [.customShort("r"), .long], help: "Show the name of an image that is known only by its ID.")
  var resolveImagePath = false

  func run() async throws {
    let query = try selection.query(id: id)
    let view = try list.view(ContainerText.self)
    let context = try Context()
    let client = context.client()
    var failures: [Failure] = []
    try await view.show(within: context.bulkTimeout) {
      let containers = try await query.run(client, mapKeys: view.needsMaps ? nil : Container.podLabels)
      var text = ContainerText(elements: containers, now: Kernel.now, showsFullIDs: list.noTrunc)
      if resolveImagePath { text.images = try await ImageIndex(ImageQuery().list(client)) }
      if view.isWide {
        let facts = await ContainerQuery.facts(containers.map(\.id), client, timeout: context.bulkTimeout)
        (text.statuses, failures) = (facts.found, facts.failures)
      }
      return text
    }
    try Failure.report(failures)
  }
}
