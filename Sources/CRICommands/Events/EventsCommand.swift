internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRISystem

struct EventsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "events", abstract: "Print events of pods and containers as they happen.",
    discussion:
      "If the runtime goes away, the command waits until it is back, and then prints, as events, what changed "
      + "in the runtime's lists in the meantime. A message on standard error says that events may have been missed.",
    aliases: ["event"])

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp(
      "json, yaml, table (one line per event), go-template=TEMPLATE or jsonpath=PATH (default: json)",
      valueName: "format"),
    transform: OutputChoice.parse(OutputChoice.Format.ofEvents))
  var output: OutputChoice?

  @Option(help: ArgumentHelp("The template for -o go-template.", valueName: "template"))
  var template: String?

  func run() async throws {
    let choice = OutputChoice.of(output, template: template, default: .json)
    let document = try DocumentView.of(choice, template: template, isEvents: true)
    let context = try Context()
    let feed = EventFeed(client: context.client())
    // The command runs until it is interrupted.
    Interrupt.installExitHandler()
    var writer = EventWriter(document: document)
    try await feed.run { try writer.write($0) }
  }
}
