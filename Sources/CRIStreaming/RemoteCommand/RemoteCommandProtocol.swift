/// The versions of the Kubernetes remote-command protocol, which `exec` and `attach` use.
///
/// Source: `k8s.io/apimachinery/pkg/util/remotecommand/constants.go`.
public enum RemoteCommandProtocol: String, Hashable, Sendable, CaseIterable {
  /// The newest version: WebSocket clients can end a stream. Over SPDY it is the same as v4.
  case v5 = "v5.channel.k8s.io"
  /// The final status is JSON with the exit code.
  case v4 = "v4.channel.k8s.io"
  /// The terminal can be resized.
  case v3 = "v3.channel.k8s.io"
  /// Streams can be half-closed.
  case v2 = "v2.channel.k8s.io"
  /// The unversioned protocol, which has no way to end standard input.
  case v1 = "channel.k8s.io"

  /// Whether the error stream carries a final status in JSON. Earlier versions send only an error message.
  public var reportsStatus: Bool { self == .v4 || self == .v5 }

  /// Whether there is a stream for the terminal's size.
  public var canResize: Bool { self != .v1 && self != .v2 }

  /// The protocols that a client offers over SPDY, in order of preference.
  package static let offeredOverSPDY = allCases.map(\.rawValue)
}
