internal import CRISystem

/// A running kubelet.
struct KubeletProcess: Hashable, Sendable {
  /// kubelet and the programs that contain it. The kernel truncates a process's name to 15 bytes.
  static let programs: Set = ["kubelet", "kubelite", "k3s", "k3s-agent", "k3s-server"]

  let pid: Int32
  /// The program's name.
  let name: String
  /// The flags on its command line.
  let arguments: KubeletArguments
  /// The directory against which relative paths are resolved; nil if it could not be read.
  let directory: String?

  /// Whether the program contains kubelet, so that not all of kubelet's settings are on its command line.
  var isEmbedded: Bool { name != "kubelet" }
  /// Whether it is k3s, which also has its own flags and defaults.
  var isK3s: Bool { name.hasPrefix("k3s") }

  /// The processes that can be the kubelet of a runtime. They have the same user, user namespace and PID namespace,
  /// because any user can start a process of this name, and a node may run other kubelets in containers (as kind does).
  /// - Parameter daemon: The runtime's process; nil if it is not visible, in which case our own process is used.
  static func all(in table: ProcessTable, beside daemon: Int32?) -> [ProcessEntry] {
    table.entries.values.filter { entry in
      programs.contains(entry.name) && entry.isAlive && ProcessTrust.belongs(entry.pid, to: daemon, proc: table.proc)
        && ["user", "pid"].allSatisfy { shares($0, entry.pid, with: daemon, proc: table.proc) }
    }
  }

  /// Finds the kubelet that belongs to a runtime. It also has the same mount namespace, so that the paths of its
  /// settings mean the same files.
  static func find(in table: ProcessTable, beside daemon: Int32?) -> KubeletProcess? {
    let candidates = all(in: table, beside: daemon).filter { shares("mnt", $0.pid, with: daemon, proc: table.proc) }
    // A program that contains kubelet may have started a separate kubelet, as RKE2 does.
    let chosen = candidates.min { ($0.name == "kubelet" ? 0 : 1, $0.pid) < ($1.name == "kubelet" ? 0 : 1, $1.pid) }
    guard let chosen, let bytes = try? File.read("\(table.proc)/\(chosen.pid)/cmdline", limit: 1 << 20) else {
      return nil
    }
    let words = bytes.split(separator: 0, omittingEmptySubsequences: false).dropFirst().map {
      String(decoding: $0, as: UTF8.self)
    }
    let environment = (try? File.read("\(table.proc)/\(chosen.pid)/environ", limit: 1 << 20)) ?? []
    return KubeletProcess(
      pid: chosen.pid, name: chosen.name, arguments: arguments(words, environment, of: chosen.name),
      directory: File.linkTarget("\(table.proc)/\(chosen.pid)/cwd"))
  }

  /// Reads the command line of a program. k3s prefers the configuration file that its environment names
  /// (`findConfigFileFlag` in `pkg/configfilearg`).
  private static func arguments(_ words: [String], _ environment: [UInt8], of program: String) -> KubeletArguments {
    guard program.hasPrefix("k3s") else { return KubeletArguments(words) }
    let prefix = "K3S_CONFIG_FILE="
    let named = environment.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }.first {
      $0.hasPrefix(prefix) && $0 != prefix
    }
    let flag = named.map { ["--config=\($0.dropFirst(prefix.count))"] } ?? []
    return KubeletArguments(words + flag, shortNames: KubeletArguments.k3sShortNames)
  }

  /// Whether a process is in the same namespace of a kind (such as `mnt`) as the runtime.
  private static func shares(_ kind: String, _ pid: Int32, with daemon: Int32?, proc: String) -> Bool {
    let home = daemon.map { "\($0)" } ?? "self"
    return FileIdentity(of: "\(proc)/\(pid)/ns/\(kind)") == FileIdentity(of: "\(proc)/\(home)/ns/\(kind)")
  }
}
