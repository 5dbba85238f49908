/// A process that supervises a container, so that the runtime itself can be restarted.
struct ShimProcess: Hashable, Sendable {
  enum Kind: Hashable, Sendable { case shim, conmon }

  var kind: Kind
  /// The sandbox or container for which the shim was started.
  var id: String
  /// A shim's `-namespace`: `k8s.io` for the CRI, `moby` for Docker.
  var namespace: String?
  /// A shim's `-address`: the socket of its containerd.
  var address: String?
  /// conmon's `--exit-dir`, which distinguishes CRI-O's conmons from Podman's.
  var exitDirectory: String?
  /// conmon's `--runtime`: the OCI runtime that it starts.
  var runtime: String?

  /// Whether a process with this name may be a shim.
  static func isCandidate(_ name: String) -> Bool {
    name.hasPrefix("containerd-shim") || name == "conmon"
  }

  /// - Parameter arguments: The command line of a candidate.
  /// - Returns: nil if the process is short-lived: a shim's `start` or `delete`, or a conmon for an exec.
  init?(_ arguments: [String]) {
    guard let program = arguments.first else { return nil }
    kind = program.split(separator: "/").last == "conmon" ? .conmon : .shim
    var options: [String: String] = [:]
    var rest = arguments.dropFirst()
    while let argument = rest.popFirst() {
      guard argument.hasPrefix("-") else { continue }
      let option = argument.drop { $0 == "-" }.split(separator: "=", maxSplits: 1).map(String.init)
      guard let name = option.first, options[name] == nil else { continue }
      if option.count == 2 {
        options[name] = option[1]
      } else if let next = rest.first, !next.hasPrefix("-") {
        options[name] = next
        rest = rest.dropFirst()
      } else {
        options[name] = ""
      }
    }
    func option(_ names: String...) -> String? { names.lazy.compactMap { options[$0] }.first { !$0.isEmpty } }
    switch kind {
    case .shim:
      guard let last = arguments.last, last != "start", last != "delete" else { return nil }
      // A v1 shim has no `-id`, but the name of its work directory is the ID.
      guard let id = option("id") ?? option("workdir")?.split(separator: "/").last.map(String.init) else {
        return nil
      }
      self.id = id
      namespace = option("namespace")
      address = option("address")
    case .conmon:
      let isExec = ["e", "exec", "exec-attach", "exec-process-spec"].contains { options[$0] != nil }
      guard !isExec, let id = option("c", "cid") else { return nil }
      self.id = id
      exitDirectory = option("exit-dir")
      runtime = option("r", "runtime")
    }
  }
}
