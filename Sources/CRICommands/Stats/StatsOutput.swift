internal import ArgumentParser
internal import CRICommandLine

/// How statistics are printed.
struct StatsOutput: ParsableArguments {
  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp(
      "table, wide, json, yaml, name, go-template=TEMPLATE, jsonpath=PATH or custom-columns=NAME:.path,… (default: table)",
      valueName: "format"),
    transform: OutputChoice.parse(OutputChoice.Format.allCases))
  var output: OutputChoice?

  @Option(help: ArgumentHelp("The template for -o go-template.", valueName: "template"))
  var template: String?

  @Option(
    name: [.customShort("s"), .long],
    help: ArgumentHelp("The time between two measurements, over which CPU % is calculated.", valueName: "seconds"))
  var seconds = "1"

  @Flag(
    name: [.customShort("w"), .long],
    help: "Keep measuring. On a terminal, press q to stop; elsewhere, each result is printed.")
  var watch = false

  @Flag(help: "Print complete IDs.")
  var noTrunc = false

  @Option(
    help: ArgumentHelp("Sort by a key or a path; -KEY reverses the order.", valueName: "key"))
  var sortBy: String?

  /// The output that was chosen, validated before the runtime is called.
  func view<Text: ListText>(_ type: Text.Type) throws(Failure) -> ListView<Text> {
    let choice = OutputChoice.of(output, template: template, default: .table)
    let document = try DocumentView.of(choice, template: template)
    return ListView(
      format: choice.format, document: document, isQuiet: false, isVerbose: false,
      order: try SortOrder(sortBy, isWide: choice.format == .wide), isWatched: watch,
      interval: try interval())
  }

  func interval() throws(Failure) -> Duration {
    let interval = try DurationText.parse(seconds, option: "--seconds")
    // A minimum, so that the runtime is not kept busy.
    return watch ? max(interval, .milliseconds(100)) : interval
  }

  /// Whether anything that is printed or used for sorting needs two measurements.
  private func needsRate(_ choice: OutputChoice) -> Bool {
    choice.format == .table || choice.format == .wide || sortBy == "cpu" || sortBy == "-cpu"
  }

  func usage<Stats: UsageStats, Text: ListText>(
    _ view: ListView<Text>, _ sampler: inout UsageSampler<Stats>
  ) async throws(Failure) -> [Usage<Stats>] {
    needsRate(OutputChoice(view.format)) ? try await sampler.next() : try await sampler.once()
  }
}
