/// The streams of a remote command.
///
/// Source: `k8s.io/cri-streaming/pkg/streaming/remotecommand/constants.go`.
package enum RemoteStream: String, Hashable, Sendable, CaseIterable {
  // In the order in which the Kubernetes client opens them.
  case error, stdin, stdout, stderr, resize

  /// The header fields that open this stream.
  var fields: [HTTPField] { [HTTPField("streamtype", rawValue)] }
}

/// The streams of a session, as requested by the CRI's `ExecRequest` or `AttachRequest`.
public struct RemoteCommandStreams: Hashable, Sendable {
  /// Whether the command has standard input. Over WebSocket, containerd sends no output of a terminal without an input, so
  /// that a command with a terminal needs it there.
  public var stdin: Bool
  /// Whether standard output is sent.
  public var stdout: Bool
  /// Whether standard error is sent; never set with a terminal, which has one output for both streams.
  public var stderr: Bool
  /// Whether the command has a terminal, whose size can be set.
  public var terminal: Bool

  /// Creates a value with the given properties. With a terminal, `stderr` becomes false.
  public init(stdin: Bool = false, stdout: Bool = true, stderr: Bool = true, terminal: Bool = false) {
    self.stdin = stdin
    self.stdout = stdout
    self.stderr = stderr && !terminal
    self.terminal = terminal
  }

  /// The streams that the protocol opens, in order. The server waits for exactly these.
  func streams(in version: RemoteCommandProtocol) -> [RemoteStream] {
    RemoteStream.allCases.filter { stream in
      switch stream {
      case .error: true
      case .stdin: stdin
      case .stdout: stdout
      case .stderr: stderr && !terminal
      case .resize: terminal && version.canResize
      }
    }
  }
}

/// The two outputs of a remote command.
public enum RemoteOutput: Hashable, Sendable {
  /// Standard output, or the terminal's output.
  case stdout
  /// Standard error.
  case stderr
}
