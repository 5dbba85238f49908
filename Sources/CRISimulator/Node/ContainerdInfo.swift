internal import CRIJSON
internal import CRIMessages
internal import CRIProtobuf

/// Generates the verbose `info` in the format of containerd 1.6 from an object's other values.
enum ContainerdInfo {
  static func of(_ sandbox: SimulatedSandbox) -> StringMap {
    let item = sandbox.item
    let metadata = item.metadata ?? PodSandboxMetadata()
    let spec: JSON = [
      "ociVersion": "1.0.2-dev",
      "process": ["user": ["uid": 65535, "gid": 65535], "args": ["/pause"], "cwd": "/"],
      "root": ["path": "rootfs", "readonly": true],
      "hostname": JSON(metadata.name),
      "annotations": [
        "io.kubernetes.cri.container-type": "sandbox", "io.kubernetes.cri.sandbox-id": JSON(item.id),
        "io.kubernetes.cri.sandbox-log-directory": JSON(logDirectory(metadata)),
        "io.kubernetes.cri.sandbox-name": JSON(metadata.name),
        "io.kubernetes.cri.sandbox-namespace": JSON(metadata.namespace),
        "io.kubernetes.cri.sandbox-uid": JSON(metadata.uid),
      ],
      "linux": [
        "cgroupsPath": JSON("kubepods-besteffort-pod\(metadata.uid).slice:cri-containerd:\(item.id)"),
        "namespaces": namespaces(sandbox),
      ],
    ]
    return info([
      "pid": JSON(sandbox.isReady ? pid(item.id) : 0),
      "processStatus": sandbox.isReady ? "running" : "deleted",
      "netNamespaceClosed": JSON(!sandbox.isReady && !sandbox.isHostNetwork),
      "image": "registry.k8s.io/pause:3.9", "snapshotKey": JSON(item.id), "snapshotter": "overlayfs",
      "runtimeHandler": JSON(item.runtimeHandler), "runtimeType": "io.containerd.runc.v2",
      "runtimeOptions": ["SystemdCgroup": true],
      "config": config(sandbox), "runtimeSpec": spec, "cniResult": cniResult(sandbox),
    ])
  }

  static func of(_ container: SimulatedContainer, in sandbox: SimulatedSandbox?) -> StringMap {
    let item = container.item
    let owner = pid(item.podSandboxID)
    let shared = ["ipc", "uts", "network"].map { kind -> JSON in
      ["type": JSON(kind), "path": JSON("/proc/\(owner)/ns/\(kind == "network" ? "net" : kind)")]
    }
    let name = JSON(item.metadata?.name ?? "")
    let spec: JSON = [
      "ociVersion": "1.0.2-dev",
      "process": ["user": ["uid": 0, "gid": 0], "args": ["/bin/sh"], "env": ["PATH=/bin"], "cwd": "/"],
      "root": ["path": "rootfs"],
      "annotations": [
        "io.kubernetes.cri.container-name": name, "io.kubernetes.cri.container-type": "container",
        "io.kubernetes.cri.image-name": JSON(item.image?.image ?? ""),
        "io.kubernetes.cri.sandbox-id": JSON(item.podSandboxID),
        "io.kubernetes.cri.sandbox-name": JSON(sandbox?.item.metadata?.name ?? ""),
        "io.kubernetes.cri.sandbox-namespace": JSON(sandbox?.item.metadata?.namespace ?? ""),
      ],
      "linux": [
        "cgroupsPath": JSON(
          "kubepods-besteffort-pod\(sandbox?.item.metadata?.uid ?? "").slice:cri-containerd:\(item.id)"),
        "namespaces": .array([["type": "pid"], ["type": "mount"]] + shared),
      ],
    ]
    return info([
      "sandboxID": JSON(item.podSandboxID), "pid": JSON(container.state == .running ? pid(item.id) : 0),
      "removing": false, "snapshotKey": JSON(item.id), "snapshotter": "overlayfs",
      "runtimeType": "io.containerd.runc.v2", "runtimeOptions": ["SystemdCgroup": true],
      "config": [
        "metadata": ["name": name, "attempt": JSON(item.metadata?.attempt ?? 0)],
        "image": ["image": JSON(item.image?.image ?? "")], "labels": JSON(item.labels),
        "annotations": JSON(item.annotations), "log_path": JSON(container.status.logPath),
      ],
      "runtimeSpec": spec,
    ])
  }

  /// Returns a PID that is most likely unique, and below the kernel's limit of 4194304.
  static func pid(_ id: String) -> Int { 1000 + Identifier.number(id, below: 4_000_000) }

  static func networkNamespace(_ sandbox: SimulatedSandbox) -> String {
    sandbox.isHostNetwork ? "" : "/var/run/netns/cni-\(Identifier.uuid(sandbox.id))"
  }

  static func config(_ sandbox: SimulatedSandbox) -> JSON {
    let metadata = sandbox.item.metadata ?? PodSandboxMetadata()
    return [
      "metadata": [
        "name": JSON(metadata.name), "uid": JSON(metadata.uid), "namespace": JSON(metadata.namespace),
        "attempt": JSON(metadata.attempt),
      ],
      "hostname": JSON(metadata.name), "log_directory": JSON(logDirectory(metadata)),
      "labels": JSON(sandbox.item.labels), "annotations": JSON(sandbox.item.annotations),
    ]
  }

  static func cniResult(_ sandbox: SimulatedSandbox) -> JSON {
    guard let network = sandbox.status.network, !network.ip.isEmpty else { return .null }
    let path = JSON(networkNamespace(sandbox))
    let addresses = ([network.ip] + network.additionalIPs.map(\.ip)).map { ip -> JSON in
      let gateway = ip.contains(":") ? "fd00:88::1" : "10.88.0.1"
      return ["IP": JSON(ip), "Gateway": JSON(gateway)]
    }
    let interface: JSON = ["IPConfigs": .array(addresses), "Mac": JSON(mac(sandbox.id)), "Sandbox": path]
    return [
      "Interfaces": [
        "eth0": interface,
        "lo": [
          "IPConfigs": [["IP": "127.0.0.1", "Gateway": ""]], "Mac": "00:00:00:00:00:00", "Sandbox": path,
        ],
      ],
      "DNS": [[:]], "Routes": [["dst": "0.0.0.0/0"]],
    ]
  }

  static func logDirectory(_ pod: PodSandboxMetadata) -> String {
    "/var/log/pods/\(pod.namespace)_\(pod.name)_\(pod.uid)"
  }

  private static func namespaces(_ sandbox: SimulatedSandbox) -> JSON {
    var namespaces: [JSON] = [["type": "pid"], ["type": "ipc"], ["type": "uts"], ["type": "mount"]]
    if !sandbox.isHostNetwork {
      namespaces.append(["type": "network", "path": JSON(networkNamespace(sandbox))])
    }
    return .array(namespaces)
  }

  private static func mac(_ id: String) -> String {
    let digits = Array(id.utf8.prefix(10))
    return stride(from: 0, to: digits.count - 1, by: 2).reduce("02") {
      $0 + ":" + String(decoding: digits[$1...$1 + 1], as: UTF8.self)
    }
  }

  private static func info(_ document: JSON) -> StringMap { ["info": document.text()] }
}
