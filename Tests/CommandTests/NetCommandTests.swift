import CRIJSON
import CRISystem
import Foundation
import TestSupport
import Testing

/// Runs `cri net` on the pods of a simulated runtime, with the CNI records that each test needs.
@Suite struct NetCommandTests {
  private let directory: TemporaryDirectory
  private let socket: String

  init() throws {
    directory = try TemporaryDirectory()
    socket = directory.file("sim.sock")
    for name in ["cni", "cni/results", "cni/networks", "cni/networks/pods"] {
      try FileManager.default.createDirectory(atPath: directory.file(name), withIntermediateDirectories: true)
    }
    try TestFile.write(
      """
      pods:
      - {name: web, uid: uid-web, ips: [10.9.0.2]}
      - {name: dns, namespace: kube-system, ips: [10.9.0.3, "fd00::3"]}
      - {name: proxy, namespace: kube-system, hostNetwork: true}
      - {name: old, state: notready}
      """, to: directory.file("pods.yaml"))
  }

  /// Starts a runtime that stops when it is released.
  private func simulator(_ options: String...) async throws -> SpawnedProcess {
    let process = try SpawnedProcess(
      [
        Tool.path("cri-sim"), "--socket", socket, "--description", directory.file("pods.yaml"), "--state",
        directory.file("state"),
      ] + options)
    let socket = socket
    guard await eventually(within: .seconds(60), { UnixSocket.isServed(socket) }) else { throw NotServed() }
    return process
  }

  private struct NotServed: Error {}

  private func net(_ arguments: String...) async throws -> Tool {
    try await Tool.cri(
      ["net", "--cni-dir", directory.file("cni")] + arguments, on: socket)
  }

  private func pods(_ tool: Tool) throws -> [String: JSON] {
    let document = try JSON.parse(tool.output)
    #expect(document["kind"]?.stringValue == "cri-net")
    #expect(document["schema"]?.intValue == 2)
    #expect(document["exitCode"]?.intValue == Int64(tool.code))
    return Dictionary(
      uniqueKeysWithValues: (document["pods"]?.arrayValue ?? []).map { ($0["pod"]?.stringValue ?? "", $0) })
  }

  private func cache(_ id: String, _ addresses: [String]) throws {
    let ips = addresses.map { #"{"address": "\#($0)"}"# }.joined(separator: ",")
    let config = Data(#"{"name": "pods", "plugins": [{"type": "bridge", "ipam": {"type": "host-local"}}]}"#.utf8)
    try TestFile.write(
      """
      {"kind": "cniCacheV1", "containerId": "\(id)", "config": "\(config.base64EncodedString())", "ifName": "eth0",
      "networkName": "pods", "result": {"cniVersion": "1.0.0", "ips": [\(ips)]}}
      """, to: directory.file("cni/results/pods-\(id)-eth0"))
  }

  @Test func `addresses that a restart lost are printed`() async throws {
    let before = try await simulator("--on-restart", "lose-ips=web")
    let known = try pods(try await net("-o", "json"))
    for (pod, addresses) in [("web", ["10.9.0.2/24"]), ("dns", ["10.9.0.3/24", "fd00::3/64"])] {
      let id = try #require(known[pod]?["id"]?.stringValue)
      try cache(id, addresses)
      for address in addresses {
        let name = String(address.prefix { $0 != "/" })
        try TestFile.write("\(id)\r\neth0", to: directory.file("cni/networks/pods/\(name)"))
      }
    }
    before.signal(SIGTERM)
    #expect(await before.end().code == 0)

    let after = try await simulator("--on-restart", "lose-ips=web")
    defer { after.signal(SIGTERM) }
    let tool = try await net("-o", "json")
    #expect(tool.code == 1)
    let lost = try pods(tool)
    #expect(lost["web"]?["verdict"]?.stringValue == "lost")
    #expect(
      lost["web"]?["reasons"]?[0]?.stringValue
        == "the runtime has no address; the CNI cache and host-local have 10.9.0.2")
    #expect(lost["web"]?["addresses"]?.arrayValue == [])
    #expect(lost["web"]?["truth"]?["cache"]?[0]?["addresses"]?[0]?.stringValue == "10.9.0.2")
    #expect(lost["proxy"]?["verdict"]?.stringValue == "host network")
    #expect(lost["old"]?["verdict"]?.stringValue == "not ready")
    // These pods have never existed in the kernel.
    #expect(lost["dns"]?["verdict"]?.stringValue == "gone")
    #expect(lost["dns"]?["truth"]?["namespace"]?["state"]?.stringValue == "missing")

    let table = try await net("web")
    #expect(table.code == 1)
    let lines = table.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(lines[0].starts(with: ["NAMESPACE", "POD"]))
    #expect(
      lines[1].prefix(8).elementsEqual(["default", "web", "none", "missing", "-", "10.9.0.2", "10.9.0.2", "lost"]))
  }

  @Test func `pods are found by name, namespace, uid and ID prefix`() async throws {
    let runtime = try await simulator()
    defer { runtime.signal(SIGTERM) }
    let all = try pods(try await net("-o", "json"))
    #expect(Set(all.keys) == ["web", "dns", "proxy", "old"])
    let id = try #require(all["dns"]?["id"]?.stringValue)
    for (word, pod) in [
      ("web", "web"), ("default/web", "web"), ("uid-web", "web"), (String(id.prefix(9)), "dns"), (id, "dns"),
    ] {
      #expect(try pods(try await net("-o", "json", word)).keys.map(\.self) == [pod], "\(word)")
    }
    let two = try await net("-o", "yaml", "web", "kube-system/proxy")
    #expect(
      two.output.contains("pod: web\n") && two.output.contains("pod: proxy\n") && !two.output.contains("pod: dns\n"))
    for word in ["kube-system/web", "we", "nope", ""] {
      let none = try await net(word)
      #expect(
        none.code == 7 && none.output.isEmpty
          && none.errors.hasPrefix("cri: no pod has the name, namespace/name, UID or ID prefix \(word)"), "\(word)")
    }
    let host = try await net("kube-system/proxy")
    #expect(host.code == 0)
    #expect((try await net("-o", "xml")).code == 2)
  }

  @Test func `a sandbox without a readable status has a row`() async throws {
    let runtime = try await simulator("--fail", "PodSandboxStatus=UNKNOWN:no task")
    defer { runtime.signal(SIGTERM) }
    let all = try await net("-o", "json")
    #expect(all.code == 3)
    let rows = try pods(all)
    #expect(Set(rows.keys) == ["web", "dns", "proxy", "old"])
    #expect(rows["web"]?["verdict"] == "unknown" && rows["old"]?["verdict"] == "not ready")
    #expect(rows["dns"]?["namespace"] == "kube-system" && rows["web"]?["uid"] == "uid-web")
    #expect(rows["web"]?["addresses"]?.isNull == true)
    for (pod, row) in rows {
      let reason = row["reasons"]?[0]?.stringValue ?? ""
      #expect(
        reason.hasPrefix(
          "the runtime lists it as \(pod == "old" ? "not ready" : "ready"), but its status could not be read: "))
      #expect(reason.contains("no task"))
    }
    for format in ["table", "wide", "yaml"] { #expect(try await net("-o", format).output.contains("no task")) }
    let one = try await net("web")
    #expect(one.code == 3 && one.output.contains("not checked: sandbox ") && !one.output.contains("kube-system/dns"))
    let line = one.output.split(separator: "\n").dropFirst().first?.split(separator: " ").map(String.init) ?? []
    #expect(line.prefix(8).elementsEqual(["default", "web", "unknown", "-", "-", "-", "-", "unknown"]), "\(line)")
  }

  @Test func `an unreadable network is unknown, with the reason`() async throws {
    let runtime = try await simulator()
    defer { runtime.signal(SIGTERM) }
    try FileManager.default.removeItem(atPath: directory.file("cni"))
    let tool = try await net("-o", "json", "kube-system/proxy", "old")
    #expect(tool.code == 0)
    let unread = try JSON.parse(try await net("-o", "json", "web").output)
    #expect(unread["unchecked"]?.arrayValue?.contains { $0["what"]?.stringValue == "CNI results of pods" } == true)
    #expect(try await net("web").output.contains("not checked: CNI results of pods: "))
    let gone = try await Tool.cri(
      ["net"], on: directory.file("missing.sock"))
    #expect(gone.code == 3 && gone.output.isEmpty)
  }
}
