/// The reason why CNI does not confirm a pod's network. CRI-O encounters the same fault when it starts.
public enum CNIFault: Hashable, Sendable {
  // The configuration.

  /// - `message`: The kernel's error message.
  case unreadable(path: String, message: String)
  case notAConfiguration(path: String)
  case withoutName(path: String)
  case withoutPlugins(path: String)
  case unsupportedVersion(plugin: String, version: String)
  /// - `network`: The name that CRI-O looks for; empty for any.
  /// - `cause`: The reason why the first configuration cannot be used.
  indirect case noConfiguration(network: String, directory: String, cause: CNIFault?)

  // The plugins.

  case pluginMissing(String, directories: [String])
  case pluginNotExecutable(path: String, message: String)
  /// - `message`: The plugin's own error message.
  case pluginFailed(String, message: String)
  case pluginExited(String, code: Int32)
  case pluginKilled(String, signal: Int32)

  // The pod.

  case malformedCache(path: String)
  case loopbackDown
  case noResult(network: String)
  case noAddress
}
