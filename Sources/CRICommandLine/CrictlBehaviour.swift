/// What this program does differently if it is called as `crictl`, because scripts depend on it. Called as `cri`, it
/// has the behaviour that we prefer. This is the complete list; docs/crictl-differences.md explains each entry.
package enum CrictlBehaviour: String, CaseIterable, Sendable {
  /// Every failure of a command that also exists in crictl has exit code 1, and an unknown command has exit code 3.
  case oneExitCode = "one exit code"
  /// Help begins with a NAME section, which contains the name and the purpose.
  case helpNames = "help with NAME"
  /// With too few arguments, or with too many, a command prints its help and exits with 0.
  case helpInsteadOfError = "help for missing arguments"
  /// An unknown option also prints the help, to standard output.
  case helpAfterError = "help after an unknown option"
  /// Errors begin with crictl's words.
  case errorTexts = "error prefixes"
  /// `--template` without a format does not select the format go-template: it has no effect, or is an error in `events`.
  case templateNeedsFormat = "template without a format"
  /// `inspect`, `inspectp` and `inspecti` exit with 0 if the selection is empty.
  case emptySelection = "empty selection"
  /// Sessions over https are not verified unless `--tls-ca` or `--tls-cert` is given.
  case unverifiedSessions = "https without verification"
  /// `config` writes all keys, and formats the file as crictl does.
  case completeConfiguration = "complete configuration file"
  /// `exec --sync` prints the command's output and errors to standard output, each followed by a line feed. If the command
  /// fails, it prints only an error, which contains the command's errors.
  case syncOutput = "output of exec --sync"
  /// `exec` prints the exit code of a command that fails, because its own exit code is always 1.
  case printedExitCode = "exit code of a command"
  /// Unknown fields in pod and container files are ignored without a warning.
  case silentFields = "unknown fields"
  /// `--version` prints the version of crictl that has the same behaviour.
  case version = "version"
  /// Traces have crictl's service name, `cri-tools`.
  case traceNames = "names in traces"

  /// Whether the program has been called as `crictl`.
  package var isActive: Bool { Program.name == "crictl" }
}
