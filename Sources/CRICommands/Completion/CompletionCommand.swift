internal import ArgumentParser
internal import CRICommandLine
internal import CRISystem

struct CompletionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "completion", abstract: "Print a script that teaches a shell cri's words.",
    discussion: """
      bash: source <(cri completion bash)
      zsh: source <(cri completion zsh)
      fish: cri completion fish | source

      It asks the runtime for IDs, names and namespaces as they are wanted.
      """)

  @Argument(help: ArgumentHelp("bash, zsh or fish.", valueName: "shell"))
  var shell = "bash"

  func run() async throws {
    guard let script = CompletionScript(rawValue: shell) else {
      throw Failure(.usage, "completion \(shell): write bash, zsh or fish")
    }
    try StandardStream.output.write(script.text(for: CommandName.invoked))
  }
}

/// How the command was called: it may be installed under crictl's name too.
enum CommandName {
  static var invoked: String {
    let name = CommandLine.arguments.first?.split(separator: "/").last.map(String.init) ?? Program.name
    // What a script is made with must be one word to every shell.
    let isWord = name.utf8.allSatisfy { $0 == 0x2D || $0 == 0x2E || $0 == 0x5F || isLetterOrDigit($0) }
    return isWord && !name.isEmpty && !name.hasPrefix("-") ? name : Program.name
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }
}
