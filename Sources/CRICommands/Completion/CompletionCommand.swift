internal import ArgumentParser
internal import CRICommandLine
internal import CRISystem

struct CompletionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "completion", abstract: "Generate a shell completion script.",
    discussion: """
      bash: source <(cri completion bash)
      zsh: source <(cri completion zsh)
      fish: cri completion fish | source

      The script asks the runtime for the current IDs, names and namespaces.
      """)

  @Argument(help: ArgumentHelp("The shell: bash, zsh or fish.", valueName: "shell"))
  var shell = "bash"

  func run() async throws {
    guard let script = CompletionScript(rawValue: shell) else {
      throw Failure(.usage, "completion \(shell): unknown shell; specify bash, zsh or fish")
    }
    try StandardStream.output.write(script.text(for: CommandName.invoked))
  }
}

/// The name under which this program was called: it may also be installed as crictl.
enum CommandName {
  static var invoked: String {
    let name = CommandLine.arguments.first?.split(separator: "/").last.map(String.init) ?? Program.name
    // The name must be a single word to every shell.
    let isWord = name.utf8.allSatisfy { $0 == 0x2D || $0 == 0x2E || $0 == 0x5F || isLetterOrDigit($0) }
    return isWord && !name.isEmpty && !name.hasPrefix("-") ? name : Program.name
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }
}
