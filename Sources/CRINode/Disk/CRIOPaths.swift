internal import CRIJSON

/// The paths of the files from which CRI-O restores a sandbox, taken from the verbose response (CRI:
/// `PodSandboxStatusResponse.info`, the OCI specification and its annotations).
struct CRIOPaths {
  /// The directory of all containers and sandboxes: `/var/lib/containers/storage/overlay-containers`.
  let containers: String
  /// The state directory of a sandbox without an infra container; nil if it is in the container's directory.
  let state: String?
  /// The paths of the namespaces that the sandbox joins.
  let namespaces: [String]
  /// The directory of temporary data (CRI-O: `runroot`), which contains `state`; nil if it is unknown.
  var stateRoot: String? { state.flatMap { Self.parent(of: $0, levels: 3) } }

  /// CRI-O's annotations for a sandbox without an infra container: the newer name and the older one.
  private static let spoofed = ["spoofed.crio.io", "io.kubernetes.cri-o.Spoofed"]
  /// The namespaces that CRI-O joins when it restores a sandbox; it deletes the sandbox if one is missing.
  private static let joined: Set<String> = ["network", "ipc", "uts", "user"]

  /// - Returns: nil if the response lacks the paths.
  init?(info: String) {
    guard let specification = (try? JSON.parse(info))?["runtimeSpec"] else { return nil }
    let annotations = specification["annotations"]
    let mountPoint =
      annotations?["io.kubernetes.cri-o.MountPoint"]?.stringValue ?? specification["root"]?["path"]?.stringValue
    // ROOT/DRIVER/LAYER/merged, or ROOT/vfs/dir/LAYER.
    guard let mountPoint, mountPoint.hasPrefix("/"), let driver = Self.parent(of: mountPoint, levels: 2) else {
      return nil
    }
    containers = "\(driver)-containers"
    let isSpoofed = Self.spoofed.contains { annotations?[$0]?.stringValue == "true" }
    let file = annotations?["io.kubernetes.cri-o.ResolvPath"] ?? annotations?["io.kubernetes.cri-o.HostnamePath"]
    let directory = file?.stringValue.flatMap { Self.parent(of: $0, levels: 1) }
    if isSpoofed, directory == nil { return nil }
    state = isSpoofed ? directory : nil
    namespaces = (specification["linux"]?["namespaces"]?.arrayValue ?? []).compactMap {
      Self.joined.contains($0["type"]?.stringValue ?? "") ? $0["path"]?.stringValue : nil
    }.filter { !$0.isEmpty }
  }

  private static func parent(of path: String, levels: Int) -> String? {
    let parts = path.split(separator: "/")
    return parts.count > levels ? "/" + parts.dropLast(levels).joined(separator: "/") : nil
  }
}
