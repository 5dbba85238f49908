internal import CRI

/// A pod, with the configuration that kubelet would send to the runtime.
struct Pod {
  var name: String
  var namespace = "default"
  var uid: String
  /// The number of sandboxes that the pod had before.
  var attempt: UInt32 = 0
  var containers: [Container] = [Container(name: "main")]
  var hostNetwork = false
  /// The directory for the containers' logs; empty for no logs.
  var logs = ""
  /// Whether to stop the pod after it has been started, so that it looks like the pod of a completed job.
  var isStopped = false

  struct Container {
    var name: String
    var command = ["sleep", "infinity"]
    /// Whether the command exits by itself.
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

  /// The namespace options of the pod and of its containers, which kubelet sets to the same values.
  var namespaces: NamespaceOption { .init(network: hostNetwork ? .node : .pod, pid: .container) }

  var config: PodSandboxConfig {
    PodSandboxConfig(
      metadata: .init(name: name, uid: uid, namespace: namespace, attempt: attempt),
      hostname: hostNetwork ? "" : name,  // empty in the node's network, where the node's host name applies
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
      // CRI-O requires userSpecifiedImage, because it selects the signature policy by this name.
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
