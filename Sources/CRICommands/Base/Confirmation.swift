internal import ArgumentParser
internal import CRICommandLine
internal import CRISystem

/// The question that is asked before a command acts on all objects. Scripts have no terminal and are not asked.
struct Confirmation: ParsableArguments {
  @Flag(name: [.customShort("y"), .long], help: "Do not ask for confirmation on a terminal.")
  var yes = false

  /// - Parameter action: The action, such as `remove all 12 containers`.
  /// - Throws: An error if the user does not confirm, or cannot be asked.
  func ask(_ action: String) throws {
    guard !yes, Terminal.isAttached else { return }
    guard Terminal.canPrompt else {
      throw Failure(.usage, "nothing was done, because there is no terminal to ask for confirmation; specify --yes")
    }
    let response = try Terminal.ask("cri: \(action)? [y/N] ")?.lowercased() ?? ""
    guard response == "y" || response == "yes" else {
      throw Failure(.failed, "nothing was done, because it was not confirmed")
    }
  }
}
