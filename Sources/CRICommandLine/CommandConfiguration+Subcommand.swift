package import ArgumentParser

extension CommandConfiguration {
  /// The configuration of one of cri's subcommands.
  ///
  /// It names its parent. Otherwise ArgumentParser would parse a subcommand's arguments twice more to look for a
  /// request for a completion script, which is a third of the time that it takes to parse a command line.
  package static func subcommand(
    _ name: String, abstract: String, usage: String? = nil, discussion: String = "", aliases: [String] = []
  ) -> CommandConfiguration {
    CommandConfiguration(
      commandName: name, _superCommandName: Program.name, abstract: abstract, usage: usage, discussion: discussion,
      aliases: aliases)
  }
}
