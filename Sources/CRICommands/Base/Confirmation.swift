internal import ArgumentParser
internal import CRICommandLine
internal import CRISystem

/// The question before everything is gone. Scripts, which have no terminal, are not asked.
struct Confirmation: ParsableArguments {
  @Flag(name: [.customShort("y"), .long], help: "With --all on a terminal: do not ask.")
  var yes = false

  /// - Parameter deed: such as `remove all 12 containers`.
  /// - Throws: where the answer is no.
  func ask(_ deed: String) throws {
    guard !yes, Terminal.isAttached else { return }
    guard Terminal.canPrompt else {
      throw Failure(.usage, "nothing was done: standard error is no terminal, so nobody could be asked; write --yes")
    }
    let answer = try Terminal.ask("cri: \(deed)? [y/N] ")?.lowercased() ?? ""
    guard answer == "y" || answer == "yes" else { throw Failure(.failed, "nothing was done: not confirmed") }
  }
}
