internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRISystem

struct EventsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "events", abstract: "Show what happens to pods and containers, from now on.",
    discussion:
      "Where the runtime goes away it is waited for. What is different then is shown as events made from its lists, and "
      + "standard error says that events may have been missed.",
    aliases: ["event"])

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp(
      "json, yaml, table (a line each), go-template=TEMPLATE or jsonpath=PATH (default: json)", valueName: "format"),
    transform: OutputChoice.parse(OutputChoice.Format.ofEvents))
  var output: OutputChoice?

  @Option(help: ArgumentHelp("The template of -o go-template.", valueName: "template"))
  var template: String?

  func run() async throws {
    let choice = OutputChoice.of(output, template: template, usually: .json)
    let document = try DocumentView.of(choice, template: template)
    let context = try Context()
    let feed = EventFeed(client: context.client(), api: context.selection)
    // It has no other end.
    Interrupt.installExitHandler()
    var writer = EventWriter(document: document)
    try await feed.run { try writer.write($0) }
  }
}
