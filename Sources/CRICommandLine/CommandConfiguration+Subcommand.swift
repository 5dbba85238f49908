package import ArgumentParser

extension CommandConfiguration {
  /// The configuration of one of cri's subcommands.
  ///
  /// It names its parent. Otherwise ArgumentParser would parse a subcommand's arguments two more times to find out
  /// whether a completion script is requested; these two passes would take a third of the parsing time.
  package static func subcommand(
    _ name: String, abstract: String, usage: String? = nil, discussion: String = "", aliases: [String] = []
  ) -> CommandConfiguration {
    CommandConfiguration(
      commandName: name, _superCommandName: Program.name, abstract: abstract, usage: usage, discussion: discussion,
      aliases: aliases)
  }
}
