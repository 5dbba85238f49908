internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRISystem

struct PodsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "pods", abstract: "List pods.",
    discussion: "Without options, all pods are listed, the most recent first.\n\(PodText.sortHelp)")

  @Option(help: ArgumentHelp("Show only the pod with this ID or unique prefix.", valueName: "id"))
  var id: String?

  /// crictl ignores all arguments, so existing scripts contain `crictl pods ls`.
  @Argument(help: .hidden)
  var word: String?

  @OptionGroup var selection: PodSelection

  @OptionGroup var list: ListOutput

  func validate() throws {
    if let word, !["ls", "list"].contains(word) {
      throw ValidationError("unexpected argument '\(word)'; select pods with --id or --name")
    }
  }

  func run() async throws {
    let query = try selection.query(id: id)
    let view = try list.view(PodText.self)
    let context = try Context()
    let client = context.client()
    var failures: [Failure] = []
    try await view.show(within: context.bulkTimeout) {
      let pods = try await query.run(client, mapKeys: view.needsMaps ? nil : [])
      var text = PodText(elements: pods, now: Kernel.now, showsFullIDs: list.noTrunc)
      if view.isWide {
        let facts = await PodQuery.facts(pods.map(\.id), client, timeout: context.bulkTimeout)
        (text.statuses, failures) = (facts.found, facts.failures)
      }
      return text
    }
    try Failure.report(failures)
  }
}
