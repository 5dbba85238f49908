internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRISystem

struct TopCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "top", abstract: "Show what containers and pods use, live.",
    discussion:
      "CPU % is of one core. On a terminal it is drawn anew until q or Ctrl-C; elsewhere each look is a table of its own."
  )

  @Flag(name: [.customShort("p"), .long], help: "Pods, each with what its containers use.")
  var pods = false

  @Flag(name: [.customShort("a"), .long], help: "Also those that do not run.")
  var all = false

  @Option(name: [.customShort("s"), .long], help: ArgumentHelp("From one look to the next.", valueName: "seconds"))
  var seconds = "2"

  @Option(
    help: ArgumentHelp(
      "cpu or mem, the largest first, or name, pod or namespace; -KEY turns the order round.", valueName: "key"))
  var sortBy = "cpu"

  @Option(name: [.customShort("n"), .long], help: ArgumentHelp("So many looks, then end.", valueName: "count"))
  var count: Int?

  @Flag(help: "One table, on a terminal too.")
  var once = false

  func validate() throws {
    if let count, count < 1 { throw ValidationError("--count \(count): write 1 or more") }
  }

  func run() async throws {
    let interval = max(try DurationText.parse(seconds, option: "--seconds"), .milliseconds(100))
    let view = TopView(showsPods: pods, order: try TopOrder(sortBy))
    var source = TopSource(client: try Context().client(), isAll: all)
    if Environment.outputIsTerminal, !once {
      var screen = TopScreen(interval: interval, count: count, view: view)
      try await screen.run(&source)
    } else {
      Interrupt.installExitHandler()
      try await print(view, &source, interval, once ? 1 : count)
    }
  }

  private func print(_ view: TopView, _ source: inout TopSource, _ interval: Duration, _ count: Int?) async throws {
    // What the first one is compared with.
    try await source.begin()
    var shown = 0
    var trouble: Failure?
    var retries = Watch.retries(every: interval)
    while shown != count {
      await pause(trouble == nil ? interval : max(interval, retries.delay()))
      let sample: TopSample
      do throws(Failure) {
        sample = try await source.look()
      } catch {
        // It may be restarting; who wants one table is not kept.
        guard error.code.mayPass, count != 1 else { throw error }
        if error != trouble { try StandardStream.error.write(error.line) }
        trouble = error
        continue
      }
      trouble = nil
      retries.reset()
      try StandardStream.output.write((shown > 0 ? "\n" : "") + view.table(sample, .output))
      shown += 1
    }
  }
}
