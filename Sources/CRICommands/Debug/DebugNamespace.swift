/// A kind of namespace that `debug --host` enters; the value is its name in `/proc/PID/ns` and the option of `nsenter`.
enum DebugNamespace: String, Sendable {
  case net, pid, ipc, uts, mount

  /// The namespaces that are entered by default. The mount namespace is not, because the node's programs must be found.
  static let usual: [DebugNamespace] = [.net, .pid, .ipc, .uts]

  /// The name in `/proc/PID/ns` (namespaces(7)).
  var fileName: String { self == .mount ? "mnt" : rawValue }
}
