internal import CRI
internal import CRICommandLine
internal import CRIStreaming

/// What the runtime reports if it cannot run a command, translated into the exit codes of docker and podman.
enum ExecFailure {
  /// Messages from runc, crun and the kernel. They are the same in containerd and CRI-O, which pass them on.
  private static let missing = ["executable file not found", "no such file or directory"]
  private static let unusable = ["permission denied", "exec format error", "is a directory", "operation not permitted"]

  /// - Returns: 127 if the program does not exist, 126 if it cannot be executed, otherwise 125.
  static func code(of message: String) -> ExitCodes {
    let text = message.lowercased()
    guard text.contains("exec") else { return .sessionFailed }
    if missing.contains(where: text.contains) { return .commandNotFound }
    return unusable.contains(where: text.contains) ? .notExecutable : .sessionFailed
  }

  static func failure(_ status: RemoteStatus, _ subject: String, _ command: [String]) -> Failure {
    failure(status.message.isEmpty ? "the runtime gave no reason" : status.message, subject, command)
  }

  static func failure(_ message: String, _ subject: String, _ command: [String]) -> Failure {
    let code = code(of: message)
    let name = command.first ?? ""
    let remedy =
      switch code {
      case .commandNotFound: "; specify an executable in the container's image"
      case .notExecutable: "; specify a file that may be executed"
      default: ""
      }
    let text = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    // An attached session does not run its own command.
    let action = name.isEmpty ? "" : "cannot run \(name): "
    return Failure(code, "\(subject): \(action)\(text)\(remedy)")
  }
}
