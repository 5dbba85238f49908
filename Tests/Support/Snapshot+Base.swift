import CRIMessages
import CRIProtobuf
package import CRISnapshot

/// A small node as kubelet leaves it, before and after a restart in which nothing is lost; each test changes one thing
/// in it.
///
/// Sandboxes: 0 web, ready, its own network; 1 proxy, ready, the host's network; 2 old, not ready. Containers: 0 nginx
/// in web, running; 1 job in web, exited with 3; 2 proxy, running; 3 main in old, exited. Images: 0 busybox, which web
/// uses; 1 pause, pinned; 2 spare, which is not in use.
extension Snapshot {
  package static let before = Snapshot.base(pid: 100, startTime: 5000, taken: 2_000_000_000)
  package static let after = Snapshot.base(pid: 200, startTime: 9000, taken: 2_000_000_060)

  private static func base(pid: Int32, startTime: UInt64, taken: Int64) -> Snapshot {
    Snapshot(
      tool: "cri test", taken: Timestamp(seconds: taken),
      host: NodeIdentity(name: "node-1", bootID: "boot-1", machineID: "machine-1", kernel: "6.1.0"),
      daemon: Daemon(
        socket: "/run/containerd/containerd.sock", pid: pid, startTime: startTime,
        executable: "/usr/bin/containerd"),
      runtime: RuntimeFacts(
        name: "containerd", version: "2.1.0", api: .v1,
        conditions: ["RuntimeReady", "NetworkReady", "Quiet"].map { RuntimeCondition(type: $0, status: true) },
        handlers: [
          RuntimeHandler(),
          RuntimeHandler(
            name: "runc", features: RuntimeHandlerFeatures(recursiveReadOnlyMounts: true, userNamespaces: true)),
        ]),
      sandboxes: [
        sandbox("web", "10.0.0.2", ["fd00::2"]), sandbox("proxy", nil), sandbox("old", "10.0.0.9", isReady: false),
      ],
      containers: [
        container("nginx", in: "web", pid: 1101), container("job", in: "web", exit: 3),
        container("proxy", in: "proxy", pid: 1102), container("main", in: "old", exit: 0),
      ],
      images: [
        Image(id: "sha256:b", repoTags: ["busybox:1"], repoDigests: ["busybox@sha256:bb"], size: 4_000_000),
        Image(id: "sha256:p", repoTags: ["pause:3"], size: 700_000, pinned: true),
        Image(id: "sha256:s", repoTags: ["spare:1"], size: 1),
      ])
  }

  package static func sandbox(
    _ name: String, _ ip: String?, _ additional: [String] = [], isReady: Bool = true
  ) -> SandboxRecord {
    let isLive = isReady && ip != nil
    let netns = isLive ? "/run/netns/\(name)" : nil
    return SandboxRecord(
      status: PodSandboxStatus(
        id: "sandbox-\(name)",
        metadata: PodSandboxMetadata(name: name, uid: "uid-\(name)", namespace: "default"),
        state: isReady ? .ready : .notReady, createdAt: Timestamp(seconds: 1_999_990_000),
        network: PodSandboxNetworkStatus(ip: isReady ? ip ?? "" : "", additionalIPs: additional.map { PodIP(ip: $0) }),
        linux: LinuxPodSandboxStatus(
          namespaces: Namespace(options: NamespaceOption(network: ip == nil ? .node : .pod, pid: .container))),
        labels: [
          "io.kubernetes.pod.name": name, "io.kubernetes.pod.namespace": "default",
          "io.kubernetes.pod.uid": "uid-\(name)", "app": name,
        ],
        annotations: ["kubernetes.io/config.source": "api"], runtimeHandler: "runc"),
      facts: SandboxFacts(
        pid: isReady ? 1001 : nil, networkNamespace: netns, isNetworkNamespaceClosed: !isReady,
        interfaces: isLive
          ? [
            NetworkInterface(
              name: "eth0", mac: "aa:bb", sandbox: netns ?? "", addresses: [ip].compactMap { $0 } + additional)
          ] : nil))
  }

  package static func container(
    _ name: String, in pod: String, pid: Int32? = nil, exit: Int32? = nil
  ) -> ContainerRecord {
    ContainerRecord(
      status: ContainerStatus(
        id: "container-\(pod)-\(name)", metadata: ContainerMetadata(name: name),
        state: exit == nil ? .running : .exited, createdAt: Timestamp(seconds: 1_999_990_010),
        startedAt: Timestamp(seconds: 1_999_990_020),
        finishedAt: exit == nil ? .zero : Timestamp(seconds: 1_999_990_030),
        exitCode: exit ?? 0, image: ImageSpec(image: "busybox:1"), imageRef: "busybox@sha256:bb",
        reason: exit.map { $0 == 0 ? "Completed" : "Error" } ?? "",
        labels: [
          "io.kubernetes.container.name": name, "io.kubernetes.pod.name": pod,
          "io.kubernetes.pod.namespace": "default", "io.kubernetes.pod.uid": "uid-\(pod)",
        ],
        annotations: [
          "io.kubernetes.container.hash": "5f3a1b2c", "io.kubernetes.container.restartCount": "0",
          "io.kubernetes.pod.terminationGracePeriod": "30",
        ],
        mounts: [Mount(containerPath: "/data", hostPath: "/var/lib/data", readonly: true)],
        logPath: "/var/log/pods/\(pod)/\(name)/0.log",
        resources: ContainerResources(linux: LinuxContainerResources(cpuShares: 100)),
        imageID: "sha256:b", user: ContainerUser(linux: LinuxContainerUser(uid: 7, gid: 8)), stopSignal: .sigterm),
      sandboxID: "sandbox-\(pod)", pid: pid)
  }

  /// Returns a recreated pod, as kubelet creates it: a new sandbox with the next attempt.
  package func successor(of index: Int, seconds: Int64 = 100) -> SandboxRecord {
    var record = sandboxes[index]
    record.status.id += "-next"
    record.status.metadata?.attempt += 1
    record.status.createdAt = record.status.createdAt + .seconds(seconds)
    return record
  }
}
