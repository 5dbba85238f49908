internal import ArgumentParser
internal import CRICommandLine

/// How statistics are shown.
struct StatsOutput: ParsableArguments {
  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp(
      "table, wide, json, yaml, name, go-template=TEMPLATE, jsonpath=PATH or custom-columns=NAME:.path,… (default: table)",
      valueName: "format"),
    transform: OutputChoice.parse(OutputChoice.Format.allCases))
  var output: OutputChoice?

  @Option(help: ArgumentHelp("The template of -o go-template.", valueName: "template"))
  var template: String?

  @Option(
    name: [.customShort("s"), .long],
    help: ArgumentHelp("From one look to the next: CPU % is what was used in between.", valueName: "seconds"))
  var seconds = "1"

  @Flag(name: [.customShort("w"), .long], help: "Go on: on a terminal show it anew until q, elsewhere write it again.")
  var watch = false

  @Flag(help: "IDs in full.")
  var noTrunc = false

  @Option(
    help: ArgumentHelp("Sort by a key, or a path; -KEY turns the order round.", valueName: "key"))
  var sortBy: String?

  /// The choice, found to be right before anybody is asked.
  func view<Text: ListText>(_ type: Text.Type) throws(Failure) -> ListView<Text> {
    let choice = OutputChoice.of(output, template: template, usually: .table)
    let document = try DocumentView.of(choice, template: template)
    return ListView(
      format: choice.format, document: document, isQuiet: false, isVerbose: false,
      order: try SortOrder(sortBy, isWide: choice.format == .wide), isWatched: watch,
      interval: try interval())
  }

  func interval() throws(Failure) -> Duration {
    let interval = try DurationText.parse(seconds, option: "--seconds")
    // Not without a breath.
    return watch ? max(interval, .milliseconds(100)) : interval
  }

  /// Whether anything is shown, or sorted by, that takes two looks.
  private func needsRate(_ choice: OutputChoice) -> Bool {
    choice.format == .table || choice.format == .wide || sortBy == "cpu" || sortBy == "-cpu"
  }

  func usage<Stats: UsageStats, Text: ListText>(
    _ view: ListView<Text>, _ sampler: inout UsageSampler<Stats>
  ) async throws(Failure) -> [Usage<Stats>] {
    needsRate(OutputChoice(view.format)) ? try await sampler.next() : try await sampler.once()
  }
}
