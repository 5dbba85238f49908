internal import CRISystem

extension Endpoint {
  /// Where the runtimes of the field listen, in the order in which they are tried: containerd, CRI-O, k3s and RKE2,
  /// k0s, microk8s, cri-dockerd, and dockershim of Kubernetes up to 1.23.
  public static let wellKnown: [Endpoint] = [
    "/run/containerd/containerd.sock",
    "/run/crio/crio.sock",
    "/run/k3s/containerd/containerd.sock",
    "/run/k0s/containerd.sock",
    "/var/snap/microk8s/common/run/containerd.sock",
    "/run/cri-dockerd.sock",
    "/var/run/cri-dockerd.sock",
    "/var/run/dockershim.sock",
  ].map { Endpoint(path: $0) }

  private init(path: String) { self.path = path }

  /// Those of `candidates` that somebody listens on, without asking what it is. A socket that is reached by two paths
  /// (`/var/run` is `/run` nearly everywhere) counts once.
  ///
  /// A socket that we may not open counts: it is there, and its error says more than its absence.
  public static func listening(among candidates: [Endpoint] = wellKnown) -> [Endpoint] {
    var found: [Endpoint] = []
    var seen: Set<FileIdentity> = []
    for candidate in candidates where UnixSocket.isServed(candidate.path) {
      if let identity = FileIdentity(of: candidate.path), !seen.insert(identity).inserted { continue }
      found.append(candidate)
    }
    return found
  }

  /// The same once there is one, or none when the time is up. Blocks.
  /// - Parameter patrolInterval: a socket is noticed as it comes; this is for what the kernel does not tell, such as a mount.
  package static func listening(
    among candidates: [Endpoint] = wellKnown, within patience: Duration, patrolInterval: Duration = .seconds(1)
  ) -> [Endpoint] {
    let end = ContinuousClock.now + patience
    while true {
      let found = listening(among: candidates)
      let rest = end - .now
      if !found.isEmpty || rest <= .zero { return found }
      if candidates.contains(where: { UnixSocket.isSocket($0.path) }) {
        // It was left behind, or its server is about to listen: nothing will come that the kernel tells of.
        Thread.sleep(min(rest, .milliseconds(20)))
      } else {
        ArrivalWatch.wait(for: candidates.map(\.path), atMost: min(rest, patrolInterval))
      }
    }
  }
}
