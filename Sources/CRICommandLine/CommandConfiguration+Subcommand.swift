package import ArgumentParser

extension CommandConfiguration {
  /// One of cri's subcommands.
  ///
  /// It names its parent, so that a subcommand that reads its own words does not first read them twice more in search of
  /// ArgumentParser's request for a completion script: a third of what the reading of a command line takes.
  package static func subcommand(
    _ name: String, abstract: String, usage: String? = nil, discussion: String = "", aliases: [String] = []
  ) -> CommandConfiguration {
    CommandConfiguration(
      commandName: name, _superCommandName: Program.name, abstract: abstract, usage: usage, discussion: discussion,
      aliases: aliases)
  }
}
