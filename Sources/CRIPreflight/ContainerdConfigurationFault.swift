/// The reason why containerd exits when it reads its configuration.
public enum ContainerdConfigurationFault: Error, Hashable, Sendable {
  /// A list of plugins, or the tables below `plugins`.
  public enum PluginKey: String, Hashable, Sendable, CaseIterable {
    case disabled = "disabled_plugins"
    case required = "required_plugins"
    case tables = "plugins"
  }

  /// The command line names a file that does not exist.
  case missing(path: String)
  /// A file imports another one that does not exist.
  case missingImport(path: String, from: String)
  /// - `message`: The parser's error message.
  case malformed(path: String, line: Int, message: String)
  /// The value of a key has the wrong type.
  case wrongType(path: String, line: Int, key: String)
  /// The files have a newer version than this containerd knows.
  case unsupportedVersion(Int, maximum: Int)
  /// The name of a plugin does not have the form that the files' version requires, such as `cri` instead of
  /// `io.containerd.grpc.v1.cri`.
  case pluginName(String, PluginKey)
}
