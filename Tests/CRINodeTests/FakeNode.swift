import CRIMessages
import CRINode
import CRIProtobuf
import CRISnapshot
import CRISystem
import Foundation
import TestSupport

/// Directories that look like `/proc` and CNI's directory, with the processes and records that a test needs.
final class FakeNode: Sendable {
  /// Returns an ID in the form that runtimes generate.
  static func id(_ digit: Character) -> String { String(repeating: digit, count: 64) }

  let directory: TemporaryDirectory
  let paths: NodePaths

  init() throws {
    directory = try TemporaryDirectory()
    paths = NodePaths(proc: directory.file("proc"), cni: directory.file("cni"))
    for directory in ["proc", "cni/results", "cni/networks"] { try makeDirectory(directory) }
    try process(1, "init", parent: 0)
  }

  func makeDirectory(_ path: String) throws {
    try FileManager.default.createDirectory(
      atPath: directory.file(path), withIntermediateDirectories: true)
  }

  func write(_ text: String, to path: String) throws {
    try makeDirectory(path.split(separator: "/").dropLast().joined(separator: "/"))
    try TestFile.write(text, to: directory.file(path))
  }

  /// - Parameter namespace: Processes with the same string share a network namespace.
  func process(
    _ pid: Int32, _ name: String, parent: Int32, state: String = "S", startTime: UInt64 = 1000,
    arguments: [String] = [], cgroup: String = "0::/\n", namespace: String? = nil,
    user: UInt32 = Environment.userID
  ) throws {
    let rest = Array(repeating: "7", count: 17).joined(separator: " ")
    try write("\(pid) (\(name)) \(state) \(parent) \(rest) \(startTime) 8 9 10\n", to: "proc/\(pid)/stat")
    try write(arguments.map { $0 + "\0" }.joined(), to: "proc/\(pid)/cmdline")
    try write(cgroup, to: "proc/\(pid)/cgroup")
    try write("Name:\t\(name)\nUid:\t\(user)\t0\t0\t0\nGid:\t0\t0\t0\t0\n", to: "proc/\(pid)/status")
    if let namespace {
      try write("", to: "namespaces/\(namespace)")
      try makeDirectory("proc/\(pid)/ns")
      try? FileManager.default.createSymbolicLink(
        atPath: directory.file("proc/\(pid)/ns/net"), withDestinationPath: directory.file("namespaces/\(namespace)"))
    }
  }

  /// Adds a shim with the arguments that containerd passes.
  func shim(
    _ pid: Int32, _ id: String, namespace: String = "k8s.io", address: String = "/run/containerd/containerd.sock",
    startTime: UInt64 = 1000, action: String? = nil, state: String = "S"
  ) throws {
    try process(
      pid, "containerd-shim", parent: 1, state: state, startTime: startTime,
      arguments: ["/usr/bin/containerd-shim-runc-v2", "-namespace", namespace, "-id", id, "-address", address]
        + [action].compactMap { $0 }, cgroup: "0::/system.slice/containerd.service\n")
  }

  func conmon(
    _ pid: Int32, _ id: String, exits: String = "/var/run/crio/exits", isExec: Bool = false,
    user: UInt32 = Environment.userID
  )
    throws
  {
    try process(
      pid, "conmon", parent: 1,
      arguments: [
        "/usr/bin/conmon", "-b", "/run/containers/storage/overlay-containers/\(id)/userdata", "-c", id,
        "--exit-dir", exits, "-l", "/var/log/x.log", "--log-level", "info", "-n", "k8s_x", "-P", "/x/pid", "-s", "-r",
        "/usr/bin/crun", "--runtime-arg", "--root=/run/crun", "-u", "0-0",
      ] + (isExec ? ["-e", "--exec-process-spec", "/tmp/x"] : []), user: user)
  }

  /// Adds a file to libcni's cache.
  func cache(
    _ id: String, _ addresses: [String], network: String = "pods", interface: String = "eth0",
    ipam: String? = "host-local",
    leases: String? = nil
  ) throws {
    let section = ipam.map { #", "ipam": {"type": "\#($0)", "dataDir": "\#(leases ?? "")"}"# } ?? ""
    let config =
      #"{"cniVersion": "1.0.0", "name": "\#(network)", "plugins": [{"type": "bridge"\#(section)}]}"#
    let ips = addresses.map { #"{"address": "\#($0)", "interface": 2}"# }.joined(separator: ", ")
    try write(
      """
      {"kind": "cniCacheV1", "containerId": "\(id)", "config": "\(Data(config.utf8).base64EncodedString())",
      "ifName": "\(interface)", "networkName": "\(network)", "result": {"cniVersion": "1.0.0", "ips": [\(ips)]}}
      """, to: "cni/results/\(network)-\(id)-\(interface)")
  }

  func lease(_ address: String, _ owner: String, network: String = "pods", in directory: String = "cni/networks") throws
  {
    try write("\(owner)\r\neth0", to: "\(directory)/\(network)/\(address)")
  }

  /// Returns a snapshot of ready sandboxes and running containers, as the runtime would report them.
  func snapshot(
    _ sandboxes: [SandboxRecord] = [], containers: [ContainerRecord] = [],
    socket: String = "/run/containerd/containerd.sock", pid: Int32? = 1, runtime: String = "containerd"
  ) -> Snapshot {
    Snapshot(
      tool: "test", taken: .zero, host: NodeIdentity(name: "n", bootID: "b", kernel: "6"),
      daemon: Daemon(socket: socket, pid: pid, startTime: 5),
      runtime: RuntimeFacts(name: runtime, version: "2.1.0", api: .v1), sandboxes: sandboxes,
      containers: containers)
  }

  func observed(_ snapshot: Snapshot, includesNode: Bool = false, askedAt: UInt64 = 1_000_000) -> Snapshot {
    var snapshot = snapshot
    NodeObserver(paths: paths, includesNode: includesNode)
      .addObservations(to: &snapshot, askedAt: askedAt, configuration: nil)
    return snapshot
  }
}

func sandbox(
  _ id: String, ip: String = "", namespace: String? = nil, pid: Int32? = nil, isReady: Bool = true, isHost: Bool = false
) -> SandboxRecord {
  SandboxRecord(
    status: PodSandboxStatus(
      id: id, metadata: PodSandboxMetadata(name: "pod-\(id.prefix(1))", uid: "u\(id.prefix(1))", namespace: "default"),
      state: isReady ? .ready : .notReady, network: PodSandboxNetworkStatus(ip: ip),
      linux: LinuxPodSandboxStatus(
        namespaces: Namespace(options: NamespaceOption(network: isHost ? .node : .pod)))),
    facts: SandboxFacts(pid: pid, networkNamespace: namespace))
}

func container(_ id: String, in sandbox: String, pid: Int32?, isRunning: Bool = true) -> ContainerRecord {
  ContainerRecord(
    status: ContainerStatus(
      id: id, metadata: ContainerMetadata(name: "main"), state: isRunning ? .running : .exited),
    sandboxID: sandbox, pid: pid)
}

extension FakeNode {
  func link(_ path: String, to target: String) throws {
    try makeDirectory(path.split(separator: "/").dropLast().joined(separator: "/"))
    try FileManager.default.createSymbolicLink(
      atPath: directory.file(path), withDestinationPath: directory.file(target))
  }

  func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: directory.file(path)) }
}
