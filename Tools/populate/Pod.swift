internal import CRI

/// A pod as kubelet would describe it to the runtime.
struct Pod {
  var name: String
  var namespace = "default"
  var uid: String
  /// How often it was made before.
  var attempt: UInt32 = 0
  var containers: [Container] = [Container(name: "main")]
  var hostNetwork = false
  /// Where its containers' logs go; empty: nowhere.
  var logs = ""
  /// Stopped once it runs, as a finished job leaves it.
  var isStopped = false

  struct Container {
    var name: String
    var command = ["sleep", "infinity"]
    /// The command ends by itself.
    var exits = false
  }
}

extension Pod {
  var labels: StringMap {
    [
      "io.kubernetes.pod.name": name,
      "io.kubernetes.pod.namespace": namespace,
      "io.kubernetes.pod.uid": uid,
    ]
  }

  /// Said of the pod and of its containers alike, as kubelet does.
  var namespaces: NamespaceOption { .init(network: hostNetwork ? .node : .pod, pid: .container) }

  var config: PodSandboxConfig {
    PodSandboxConfig(
      metadata: .init(name: name, uid: uid, namespace: namespace, attempt: attempt),
      hostname: hostNetwork ? "" : name,  // the host's own, where its network is shared
      logDirectory: logs.isEmpty ? "" : "\(logs)/\(namespace)_\(name)_\(uid)",
      labels: labels,
      annotations: ["kubernetes.io/config.source": "api"],
      linux: .init(securityContext: .init(namespaceOptions: namespaces)))
  }
}

extension Pod.Container {
  func config(in pod: Pod) -> ContainerConfig {
    var labels = pod.labels
    labels["io.kubernetes.container.name"] = name
    let image = "localhost/busybox:1"
    return ContainerConfig(
      metadata: .init(name: name, attempt: pod.attempt),
      // CRI-O looks up by it whose signature an image must bear, and makes no container without it.
      image: .init(image: image, userSpecifiedImage: image), command: command, labels: labels,
      annotations: [
        "io.kubernetes.container.hash": "5f3a1b2c", "io.kubernetes.container.restartCount": "\(pod.attempt)",
        "io.kubernetes.container.terminationMessagePath": "/dev/termination-log",
        "io.kubernetes.container.terminationMessagePolicy": "File",
        "io.kubernetes.pod.terminationGracePeriod": "30",
      ],
      logPath: pod.logs.isEmpty ? "" : "\(name)/\(pod.attempt).log",
      linux: .init(securityContext: .init(namespaceOptions: pod.namespaces)))
  }
}
