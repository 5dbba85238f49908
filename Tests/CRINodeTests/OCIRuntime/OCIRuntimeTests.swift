import CRIJSON
import CRINode
import CRISnapshot
import Foundation
import TestSupport
import Testing

/// The programs that run the containers.
@Suite struct OCIRuntimeTests {
  private func read(
    _ node: FakeNode, _ configuration: String?, listing id: String? = nil
  ) throws -> Observation<[OCIRuntime]>? {
    var snapshot = node.snapshot()
    // Objects whose details could not be read are listed too.
    snapshot.unchecked = id.map { [Unchecked.details(ObjectName(.container, id: $0), "no response")] } ?? []
    NodeObserver(paths: node.paths)
      .addObservations(to: &snapshot, askedAt: 0, configuration: try configuration.map { try JSON.parse($0) })
    return snapshot.observed?.ociRuntimes
  }

  private func program(_ node: FakeNode, _ name: String, _ script: String) throws -> String {
    let path = "bin/\(name)"
    try node.write("#!/bin/sh\n\(script)\n", to: path)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: node.directory.file(path))
    return node.directory.file(path)
  }

  @Test func `containerd's OCI runtimes are found by path and in the daemon's PATH`() throws {
    let node = try FakeNode()
    let runc = try program(node, "runc", #"test "$1" = --version && echo "runc version 1.2.3"; echo more"#)
    let nvidia = try program(node, "nvidia-container-runtime", "echo 'runc version 1.1.0'")
    try node.write("A=b\0PATH=/nowhere:\(node.directory.file("bin"))\0", to: "proc/1/environ")
    let runtimes = try read(
      node,
      #"""
      {"containerd": {"runtimes": {
        "runc": {"runtimeType": "io.containerd.runc.v2", "options": {"BinaryName": ""}},
        "nvidia": {"runtimeType": "io.containerd.runc.v2", "options": {"BinaryName": "\#(nvidia)"}},
        "plain": {"runtimeType": "io.containerd.runc.v2", "options": null},
        "kata": {"runtimeType": "io.containerd.kata.v2"}}}}
      """#)
    #expect(
      runtimes
        == .known([
          OCIRuntime(handler: "nvidia", path: nvidia, version: .known("runc version 1.1.0")),
          OCIRuntime(handler: "plain", path: runc, version: .known("runc version 1.2.3")),
          OCIRuntime(handler: "runc", path: runc, version: .known("runc version 1.2.3")),
        ]))
  }

  @Test func `CRI-O's OCI runtimes come from its configuration and conmon's arguments`() throws {
    let node = try FakeNode()
    let crun = try program(node, "crun", "echo crun version 1.8")
    let configured = try read(
      node,
      #"{"crio": {"Runtimes": {"crun": {"RuntimePath": "\#(crun)", "RuntimeType": "oci"}, "vm": {"RuntimeType": "vm"}}}}"#
    )
    #expect(configured == .known([OCIRuntime(handler: "crun", path: crun, version: .known("crun version 1.8"))]))
    try node.conmon(70, FakeNode.id("a"))
    #expect(try read(node, nil, listing: FakeNode.id("a"))?.value?.map(\.path) == ["/usr/bin/crun"])
    #expect(try read(node, nil, listing: FakeNode.id("b"))?.value == nil, "that conmon is Podman's")
  }

  /// The ways in which a process can name a program that must not be run.
  enum Danger: String, CaseIterable {
    case daemonOfOther, daemonInContainer, programOfAll, programOfOther, directoryOfAll, linkOfOther
  }

  @Test(arguments: Danger.allCases)
  func `a program is run only if root alone chooses and changes it`(danger: Danger) throws {
    let node = try FakeNode()
    let path = try program(node, "evil", "touch \(node.directory.file("executed"))")
    var named = path
    switch danger {
    case .daemonOfOther: try node.process(1, "init", parent: 0, user: 64_001)
    case .daemonInContainer:
      try node.write("", to: "namespaces/host")
      try node.write("", to: "namespaces/container")
      try node.link("proc/self/ns/user", to: "namespaces/host")
      try node.link("proc/1/ns/user", to: "namespaces/container")
    case .programOfAll: chmod(path, 0o757)
    case .directoryOfAll: chmod(node.directory.file("bin"), 0o777)
    case .programOfOther, .linkOfOther:
      if geteuid() != 0 { try Test.cancel("needs root: only root can give files to other users") }
      if danger == .programOfOther {
        chown(path, 64_001, 64_001)
      } else {
        try node.link("link", to: "bin/evil")
        named = node.directory.file("link")
        lchown(named, 64_001, 64_001)
      }
    }
    let runtimes = try read(
      node,
      #"{"containerd": {"runtimes": {"r": {"runtimeType": "io.containerd.runc.v2", "options": {"BinaryName": "\#(named)"}}}}}"#
    )
    #expect(runtimes?.value?[0].version.reason != nil, "\(String(describing: runtimes))")
    #expect(!TestFile.exists(node.directory.file("executed")))
  }

  @Test func `a process with conmon's name is not trusted`() throws {
    let node = try FakeNode()
    try node.conmon(70, FakeNode.id("a"))
    #expect(try read(node, nil, listing: FakeNode.id("a"))?.value != nil)
    try node.conmon(70, FakeNode.id("a"), user: 64_001)
    #expect(try read(node, nil, listing: FakeNode.id("a"))?.value == nil)
  }

  @Test func `an unknown OCI runtime has a reason`() throws {
    let node = try FakeNode()
    #expect(try read(node, nil)?.reason != nil)
    #expect(try read(node, "{}")?.reason != nil)
    let plain = #"{"containerd": {"runtimes": {"r": {"runtimeType": "io.containerd.runc.v2"}}}}"#
    // The daemon's environment cannot be read.
    #expect(try read(node, plain)?.reason?.errno == 2)
    try node.write("PATH=/nowhere\0", to: "proc/1/environ")
    #expect(try read(node, plain)?.value?[0].version.reason?.errno == 2)
  }

  @Test func `a missing program is reported as missing`() throws {
    let node = try FakeNode()
    let path = node.directory.file("missing")
    let runtimes = try read(
      node,
      #"{"containerd": {"runtimes": {"r": {"runtimeType": "io.containerd.runc.v2", "options": {"BinaryName": "\#(path)"}}}}}"#
    )
    let reason = try #require(runtimes?.value?[0].version.reason)
    #expect(reason.code == .missing && reason.path == path && reason.errno == ENOENT)
  }

  @Test(arguments: [("exit 3", nil), ("kill -9 $$", nil), ("sleep 30", ETIMEDOUT)])
  func `a program that reports no version has a reason`(script: String, code: Int32?) throws {
    let node = try FakeNode()
    let path = try program(node, "odd", script)
    let began = ContinuousClock.now
    let runtimes = try read(
      node,
      #"{"containerd": {"runtimes": {"r": {"runtimeType": "io.containerd.runc.v2", "options": {"BinaryName": "\#(path)"}}}}}"#
    )
    let reason = try #require(runtimes?.value?[0].version.reason)
    #expect(reason.errno == code && (reason.message == "it has not ended within 2 s") == (code == ETIMEDOUT))
    #expect(ContinuousClock.now - began < .seconds(20))
  }
}
