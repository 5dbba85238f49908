import CRISnapshot
import CRISystem
import Foundation
import Glibc
import TestSupport

/// The file system of an intact node in a directory, for preflight.
final class NodeTree: Sendable {
  private let directory: TemporaryDirectory
  /// The shim that serves all tasks.
  private let shim: Descriptor
  var root: String { directory.path }

  init() throws {
    directory = try TemporaryDirectory()
    try FileManager.default.createDirectory(atPath: directory.file("run"), withIntermediateDirectories: true)
    shim = try UnixSocket.listen(at: directory.path + Self.shimSocket)
    // This link exists on nearly every node. It is absolute, and must not be followed to our own /run.
    try FileManager.default.createDirectory(atPath: root + "/var", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: root + "/var/run", withDestinationPath: "/run")
    try write("/etc/cni/net.d/10-net.conflist", #"{"name": "net", "plugins": [{"type": "bridge"}]}"#)
  }

  func write(_ path: String, _ text: String) throws {
    let file = URL(filePath: root + path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: root + path) }

  func kubelet(_ text: String) throws { try write("/var/lib/kubelet/config.yaml", text) }
}

extension NodeTree {
  static let containerdRoot = "/var/lib/containerd/io.containerd.grpc.v1.cri"
  static let tasks = "/run/containerd/io.containerd.runtime.v2.task/k8s.io"
  static let shimSocket = "/run/shim.sock"
  static let shimAddress = "unix://\(shimSocket)"
  /// The PATH of this process, which serves the recordings.
  static let searchPath = (Environment.value("PATH") ?? "").split(separator: ":").map(String.init)
  static let checkpoint = #"{"Version": "v1", "Pid": 7}"#

  /// Creates a tree with everything that containerd stores about these pods.
  static func containerd(_ snapshot: Snapshot) throws -> NodeTree {
    let tree = try NodeTree()
    try tree.write("/usr/bin/containerd-shim-runc-v2", "")
    for path in searchPath.flatMap({ ["\($0)/runc", "\($0)/containerd-shim-runc-v2"] }) {
      try tree.write(path, "")
      chmod("\(tree.root)\(path)", 0o755)
    }
    for plugin in ["bridge", "host-local", "loopback"] {
      try tree.write("/usr/lib/cni/\(plugin)", "")
      chmod("\(tree.root)/usr/lib/cni/\(plugin)", 0o755)
    }
    for container in snapshot.containers {
      try tree.write("\(containerdRoot)/containers/\(container.id)/status", checkpoint)
    }
    let tasks = snapshot.sandboxes.filter(\.isReady).map(\.id) + snapshot.containers.filter(\.isRunning).map(\.id)
    for id in tasks { try tree.write("\(Self.tasks)/\(id)/shim-binary-path", "/usr/bin/containerd-shim-runc-v2") }
    // 2.x writes a different file.
    let record = snapshot.runtime.version.hasPrefix("1.") ? "address" : "bootstrap.json"
    for id in tasks { try tree.write("\(Self.tasks)/\(id)/\(record)", shimAddress) }
    return tree
  }

  /// The programs without which CRI-O does not start.
  static let programs = ["/usr/libexec/crio/pinns", "/usr/libexec/crio/runc", "/usr/bin/conmon"]
  static let storage = "/var/lib/containers/storage/overlay-containers"

  /// Creates a tree with everything that CRI-O stores about these pods.
  static func crio(_ snapshot: Snapshot) throws -> NodeTree {
    let tree = try NodeTree()
    try tree.write(
      "/etc/crio/crio.conf.d/10-crio.conf",
      """
      [crio.runtime]
      default_runtime = "runc"
      pinns_path = "/usr/libexec/crio/pinns"
      [crio.runtime.runtimes.runc]
      runtime_path = "/usr/libexec/crio/runc"
      runtime_root = "/var/run/crio/runc"
      monitor_path = "/usr/bin/conmon"

      """)
    for program in programs {
      try tree.write(program, "")
      chmod("\(tree.root)\(program)", 0o755)
    }
    try tree.write("/run/crio/version", "\"1.37.0+2e4cd9a\"")
    for sandbox in snapshot.sandboxes where sandbox.isReady {
      try tree.write("\(storage)/\(sandbox.id)/userdata/config.json", "{}")
      // The state of a sandbox without an infra container is in a directory that a reboot clears.
      let state = sandbox.facts.pid == nil ? "/run/containers/storage/overlay-containers" : storage
      try tree.write("\(state)/\(sandbox.id)/userdata/state.json", "{}")
      try tree.write("/var/lib/cni/results/net-\(sandbox.id)-eth0", "{}")
      for kind in ["netns", "ipcns", "utsns"] {
        guard let path = sandbox.facts.networkNamespace else { continue }
        // An empty file would be an unmounted namespace.
        try tree.write(path.replacing("/var/run/", with: "/run/").replacing("/netns/", with: "/\(kind)/"), "here")
      }
    }
    for container in snapshot.containers {
      for name in ["config.json", "state.json"] { try tree.write("\(storage)/\(container.id)/userdata/\(name)", "{}") }
    }
    return tree
  }
}
