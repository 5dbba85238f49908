import CRIPreflight
import CRISnapshot
import Foundation
import TestSupport

@testable import CRINode

/// A node with CNI plugins (scripts), a network that uses two of them, and a pod in it.
struct CNINode {
  static let id = FakeNode.id("a")
  static let result = #"{"cniVersion": "0.4.0", "ips": [{"version": "4", "address": "10.1.0.2/24"}]}"#

  let node: FakeNode

  init() throws {
    node = try FakeNode()
    try plugin("first", "cat >$0.input; env >$0.environment")
    try plugin("second", "exit 0")
    try configure("10-pods.conflist", Self.list())
    try cache(Self.list())
  }

  static func list(_ name: String = "pods", version: String = "0.4.0", plugins: String? = nil, more: String = "")
    -> String
  {
    let both =
      #"{"type": "first", "capabilities": {"given": true, "off": false, "absent": true}, "own": [1]}, {"type": "second"}"#
    return #"{"name": "\#(name)", "cniVersion": "\#(version)"\#(more), "plugins": [\#(plugins ?? both)]}"#
  }

  func plugin(
    _ name: String, _ check: String, versions: String = #""0.3.1", "0.4.0", "1.0.0""#, directory: String = "bin"
  ) throws {
    let reply = #"{"cniVersion": "1.0.0", "supportedVersions": [\#(versions)]}"#
    try node.write(
      "#!/bin/sh\nif [ $CNI_COMMAND = VERSION ]; then echo '\(reply)'; exit; fi\n\(check)\n",
      to: "\(directory)/\(name)")
    try permit(0o755, "\(directory)/\(name)")
  }

  func permit(_ mode: Int, _ path: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: node.directory.file(path))
  }

  func configure(_ file: String, _ text: String) throws { try node.write(text, to: "conf/\(file)") }

  func cache(_ list: String?, network: String = "pods", kind: String = "cniCacheV1", result: String = result) throws {
    let config = list.map { #""config": "\#(Data($0.utf8).base64EncodedString())","# } ?? ""
    try node.write(
      """
      {"kind": "\(kind)", "containerId": "\(Self.id)", \(config) "ifName": "eth0", "networkName": "\(network)",
      "cniArgs": [["IgnoreUnknown", "1"], ["K8S_POD_NAME", "web"]],
      "capabilityArgs": {"given": {"a": 1}, "off": 2}, "result": \(result)}
      """, to: "cni/results/\(network)-\(Self.id)-eth0")
  }

  func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: node.directory.file(path))), as: UTF8.self)
  }

  var check: CNICheck {
    CNICheck(
      paths: node.paths, directory: node.directory.file("conf"),
      pluginDirectories: [node.directory.file("other"), node.directory.file("bin")])
  }

  func plugins(timeout: Duration = .seconds(20), limit: Duration = .seconds(60)) -> CNIPlugins {
    CNIPlugins(
      directories: check.pluginDirectories, environment: ["PATH=/usr/bin:/bin", "X=y"], timeout: timeout,
      deadline: .now + limit)
  }

  /// Returns the findings about the pod if it has these interfaces.
  func found(_ interfaces: [ObservedInterface], network: String = "", plugins: CNIPlugins? = nil) throws -> NetworkCheck
  {
    var check = check
    check.network = network
    let plugins = plugins ?? self.plugins()
    let chosen = check.choose(plugins)
    let pod = CNIPodCheck(
      plugins: plugins, results: node.directory.file("cni/results"),
      network: network.isEmpty ? try chosen.get().name : network, onDisk: chosen)
    return pod.run(
      sandbox(Self.id, ip: "10.1.0.2", namespace: "/run/netns/a"),
      NamespaceReader.Observations(
        namespace: .known(.alive(NamespaceID(device: 4, inode: 1))), interfaces: .known(interfaces)))
  }
}
