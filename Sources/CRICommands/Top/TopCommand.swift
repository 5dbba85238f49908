internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRISystem

struct TopCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "top", abstract: "Show the resource usage of containers and pods, continuously.",
    discussion:
      "CPU % is relative to one core. On a terminal, the table is refreshed until q or Ctrl-C is pressed; elsewhere, each "
      + "result is printed as a table."
  )

  @Flag(name: [.customShort("p"), .long], help: "Show pods, each with the usage of its containers.")
  var pods = false

  @Flag(name: [.customShort("a"), .long], help: "Include containers and pods that are not running.")
  var all = false

  @Option(
    name: [.customShort("s"), .long],
    help: ArgumentHelp("The time between two measurements.", valueName: "seconds"))
  var seconds = "2"

  @Option(
    help: ArgumentHelp(
      "cpu or mem (largest first), or name, pod or namespace; -KEY reverses the order.", valueName: "key"))
  var sortBy = "cpu"

  @Option(name: [.customShort("n"), .long], help: ArgumentHelp("Exit after N measurements.", valueName: "N"))
  var count: Int?

  @Flag(help: "Print one table and exit, even on a terminal.")
  var once = false

  func validate() throws {
    if let count, count < 1 { throw ValidationError("--count \(count): specify 1 or more") }
  }

  func run() async throws {
    let interval = max(try DurationText.parse(seconds, option: "--seconds"), .milliseconds(100))
    let view = TopView(showsPods: pods, order: try TopOrder(sortBy))
    var source = TopSource(client: try Context().client(), isAll: all)
    if Environment.outputIsTerminal, !once {
      var screen = TopScreen(interval: interval, count: count, view: view)
      try await screen.run(&source)
    } else {
      // The command does not end by itself, so an interruption is its normal end.
      if !once, count == nil { Interrupt.installExitHandler() }
      try await print(view, &source, interval, once ? 1 : count)
    }
  }

  private func print(_ view: TopView, _ source: inout TopSource, _ interval: Duration, _ count: Int?) async throws {
    // The measurement with which the first table is compared.
    try await source.begin()
    var shown = 0
    var failure: Failure?
    var retries = Watch.retries(every: interval)
    while shown != count {
      await pause(failure == nil ? interval : max(interval, retries.delay()))
      let sample: TopSample
      do throws(Failure) {
        sample = try await source.measure()
      } catch {
        // The runtime may be restarting; a request for a single table does not wait for it.
        guard error.code.isTransient, count != 1 else { throw error }
        if error != failure { try StandardStream.error.write(error.line) }
        failure = error
        continue
      }
      failure = nil
      retries.reset()
      try StandardStream.output.write((shown > 0 ? "\n" : "") + view.table(sample, .output))
      shown += 1
    }
  }
}
