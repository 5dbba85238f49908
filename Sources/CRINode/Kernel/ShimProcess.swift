/// A process that a runtime leaves beside a container to watch over it, so that it can itself restart.
struct ShimProcess: Hashable, Sendable {
  enum Kind: Hashable, Sendable { case shim, conmon }

  var kind: Kind
  /// The sandbox or container that it was started for.
  var id: String
  /// A shim's `-namespace`: `k8s.io` for what the CRI started, `moby` for Docker's.
  var namespace: String?
  /// A shim's `-address`: the socket of its containerd.
  var address: String?
  /// conmon's `--exit-dir`: tells CRI-O's from Podman's.
  var exitDirectory: String?
  /// conmon's `--runtime`: the program that it starts containers with.
  var runtime: String?

  /// Whether a process of this name may be one.
  static func isCandidate(_ name: String) -> Bool {
    name.hasPrefix("containerd-shim") || name == "conmon"
  }

  /// - Parameter arguments: of a candidate.
  /// - Returns: nil where it is only a passing one: a shim's `start` or `delete`, conmon for an exec.
  init?(_ arguments: [String]) {
    guard let program = arguments.first else { return nil }
    kind = program.split(separator: "/").last == "conmon" ? .conmon : .shim
    var options: [String: String] = [:]
    var words = arguments.dropFirst()
    while let word = words.popFirst() {
      guard word.hasPrefix("-") else { continue }
      let option = word.drop { $0 == "-" }.split(separator: "=", maxSplits: 1).map(String.init)
      guard let name = option.first, options[name] == nil else { continue }
      if option.count == 2 {
        options[name] = option[1]
      } else if let next = words.first, !next.hasPrefix("-") {
        options[name] = next
        words = words.dropFirst()
      } else {
        options[name] = ""
      }
    }
    func option(_ names: String...) -> String? { names.lazy.compactMap { options[$0] }.first { !$0.isEmpty } }
    switch kind {
    case .shim:
      guard let last = arguments.last, last != "start", last != "delete" else { return nil }
      // The oldest kind has no -id, but a folder that is called so.
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
