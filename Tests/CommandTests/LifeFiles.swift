import TestSupport

/// The files for a pod and a container, and a configuration, for tests of the commands that create pods and containers.
struct LifeFiles {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  var pod: String { directory.file("pod.yaml") }
  var container: String { directory.file("container.json") }

  /// Writes simple files for a pod and a container.
  func write() throws {
    try write(pod: Self.simplePod)
    try write(container: Self.simpleContainer)
  }

  private static let simplePod = "metadata: {name: web, namespace: default}\n"
  private static let simpleContainer =
    #"{"metadata": {"name": "main"}, "image": {"image": "localhost/busybox:1"}, "mounts": [{"image": {"image": "v:1"}}]}"#

  func write(pod text: String) throws {
    try TestFile.write(text, to: pod)
  }

  func write(container text: String) throws {
    try TestFile.write(text, to: container)
  }

  /// Returns an environment with this configuration.
  func configured(_ text: String) throws -> [String: String] {
    try TestFile.write("timeout: 60\n\(text)\n", to: directory.file("crictl.yaml"))
    return ["CRI_CONFIG_FILE": directory.file("crictl.yaml")]
  }
}
