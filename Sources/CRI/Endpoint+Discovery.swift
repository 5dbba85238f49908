internal import CRISystem

extension Endpoint {
  /// The default endpoints of known runtimes, in the order in which they are tried: containerd, CRI-O, k3s and RKE2,
  /// k0s, microk8s, cri-dockerd, and the dockershim of Kubernetes up to 1.23.
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

  /// Returns the candidates on which a process listens, regardless of what it serves. A socket that has two paths
  /// (`/var/run` is usually a link to `/run`) is returned only once.
  ///
  /// A socket that the user is not permitted to open is returned too, because an error from connecting to it is more
  /// helpful than its absence.
  public static func listening(among candidates: [Endpoint] = wellKnown) -> [Endpoint] {
    var found: [Endpoint] = []
    var seen: Set<FileIdentity> = []
    for candidate in candidates where UnixSocket.isServed(candidate.path) {
      if let identity = FileIdentity(of: candidate.path), !seen.insert(identity).inserted { continue }
      found.append(candidate)
    }
    return found
  }

  /// Blocks until a process listens on at least one of the candidates, and returns those that have a listener;
  /// returns an empty list after the timeout.
  /// - Parameter pollInterval: The interval of the checks for changes that the kernel does not report, such as a
  ///   mount. New sockets are reported by the kernel.
  package static func listening(
    among candidates: [Endpoint] = wellKnown, within timeout: Duration, pollInterval: Duration = .seconds(1)
  ) -> [Endpoint] {
    let deadline = ContinuousClock.now + timeout
    var retries = Backoff(first: .milliseconds(20), limit: .milliseconds(500))
    while true {
      // The watch begins before the check, so that no socket can appear unnoticed between the two.
      let arrivals = timeout > .zero ? try? DirectoryWatch(arrivalsAt: candidates.map(\.path)) : nil
      let found = listening(among: candidates)
      let remaining = deadline - .now
      if !found.isEmpty || remaining <= .zero { return found }
      if candidates.contains(where: { UnixSocket.isSocket($0.path) }) {
        // The socket file is stale, or its server is about to listen, which the kernel does not report.
        let delay = min(remaining, retries.delay())
        guard let result = try? arrivals?.wait(timeout: delay) else {
          Thread.sleep(delay)
          continue
        }
        // Other files may be created in the directory all the time.
        if result == .change { Thread.sleep(.milliseconds(5)) }
      } else {
        ArrivalWatch.wait(for: candidates.map(\.path), atMost: min(remaining, pollInterval))
      }
    }
  }
}
