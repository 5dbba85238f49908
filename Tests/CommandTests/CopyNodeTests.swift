import CRI
import CRISystem
import Foundation
import Glibc
import TestSupport
import Testing

/// `cp` with both methods on a real containerd.
@Suite(.timeLimit(.minutes(10))) struct CopyNodeTests {
  private static let web = "default/web-5d4b"

  @Test func `copies on a real containerd`() async throws {
    try await ContainerdNode.with { node in
      let folder = try TemporaryDirectory()
      for method in ["node", "tar"] {
        let copies = Copies(node: node, method: method, folder: folder.file(method))
        mkdir(copies.folder, 0o755)
        try await copies.largeFile()
        try await copies.tree()
        try await copies.streams()
        try await copies.destinations()
        try await copies.failures()
        try await copies.interruption()
      }
      try await hostileLinks(on: node, folder)
      try await progress(on: node, folder)
      try await lostRuntime(on: node, folder)
      try await withoutPrograms(on: node, folder)
    }
  }

  /// A process in the container replaces a directory with a link to the node's files.
  private func hostileLinks(on node: ContainerdNode, _ folder: TemporaryDirectory) async throws {
    let secret = folder.file("secret")
    mkdir(secret, 0o755)
    try TestFile.write("secret", to: "\(secret)/file")
    try TestFile.write("mine", to: folder.file("mine"))
    _ = try await node.cri(
      "exec", Self.web, "sh", "-c",
      "mkdir -p /h/d && echo inside >/h/d/file && (while [ ! -e /h/stop ]; do mv /h/d /h/e; ln -s \(secret) /h/d; rm /h/d; "
        + "mv /h/e /h/d; done) >/dev/null 2>&1 &")
    for _ in 0..<40 {
      let run = try await node.cri("cp", "--method", "node", "\(Self.web):/h/d/file", folder.file("out"))
      #expect([0, 1].contains(run.code), "\(run)")
      if run.code == 0 { #expect(TestFile.read(folder.file("out")) == "inside\n") }
      _ = try await node.cri("cp", "--method", "node", folder.file("mine"), "\(Self.web):/h/d/new")
    }
    _ = try await node.cri("exec", Self.web, "touch", "/h/stop")
    #expect(TemporaryDirectory.names(in: secret) == ["file"] && TestFile.read("\(secret)/file") == "secret")
  }

  /// A slow copy on a terminal, and one whose standard error is not a terminal.
  private func progress(on node: ContainerdNode, _ folder: TemporaryDirectory) async throws {
    let (sparse, target) = (folder.file("sparse"), "\(Self.web):/sparse")
    try await node.run("truncate -s 800M \(sparse)")
    let shown = try await TerminalRun.cri(["cp", "--method", "tar", sparse, target], on: node.socket, [.expect("%  ")])
    #expect(shown.code == 0 && shown.isRestored && shown.shown.contains("MB/s"), "\(shown)")
    let quiet = try await node.cri("cp", "--method", "tar", sparse, target)
    #expect(quiet.code == 0 && quiet.errors.isEmpty, "\(quiet)")
    _ = try await node.cri("exec", Self.web, "rm", "/sparse")
  }

  /// The runtime dies in the middle of a copy through it.
  private func lostRuntime(on node: ContainerdNode, _ folder: TemporaryDirectory) async throws {
    let cri = "'\(Tool.path("cri"))' -r '\(node.socket)' cp --method tar"
    // The shell does not wait for the process substitution.
    let slow = "<(exec 2>/dev/null; tar -cf - -C \(folder.path) sparse | head -c 20000000; sleep 60)"
    async let copyIn = Tool.run(["/bin/bash", "-c", "\(cri) - \(Self.web):/tmp < \(slow)"])
    _ = try await node.cri("exec", Self.web, "sh", "-c", "yes | head -c 100000000 >/out")
    async let copyOut = Tool.shell("(\(cri) \(Self.web):/out -; echo $? >&2) | (sleep 8; cat) >/dev/null")
    try await Task.sleep(for: .seconds(3))
    try await node.act("kill")
    let lost = try await copyIn
    #expect(lost.code == 1 && lost.errors.contains("connection"), "\(lost)")
    let lostOut = try await copyOut
    #expect(lostOut.errors.hasSuffix("1\n") && lostOut.errors.contains("connection"), "\(lostOut)")
    try await node.act("start")
  }

  /// The node method does not need any program in the container.
  private func withoutPrograms(on node: ContainerdNode, _ folder: TemporaryDirectory) async throws {
    try TestFile.write("x", to: folder.file("x"))
    // A tar program that writes zeros without end after the archive.
    let script = #"#!/bin/sh\nbusybox tar "$@"\nexec cat /dev/zero\n"#
    let endless = "rm /bin/tar; printf '\(script)' >/bin/tar; chmod 755 /bin/tar"
    _ = try await node.cri("exec", Self.web, "sh", "-c", endless)
    let padded = try await node.cri("cp", "--method", "tar", "\(Self.web):/etc/passwd", folder.file("passwd"))
    #expect(padded.code == 1 && padded.errors.contains("too many bytes follow its end"), "\(padded)")
    _ = try await node.cri("exec", Self.web, "rm", "/bin/tar")
    let tar = try await node.cri("cp", "--method", "tar", folder.file("x"), "\(Self.web):/tmp/x")
    #expect(tar.code == 1 && tar.errors.contains("cannot run tar in the container"), "\(tar)")
    let auto = try await node.cri("cp", folder.file("x"), "\(Self.web):/tmp/x")
    #expect(auto.code == 0, "\(auto)")
    #expect(try await node.cri("exec", Self.web, "cat", "/tmp/x").output == "x")
  }
}

/// The copies that both methods make.
private struct Copies {
  let node: ContainerdNode
  let method: String
  let folder: String

  private static let web = "default/web-5d4b"
  private var base: String { "/\(method)" }

  private func file(_ name: String) -> String { "\(folder)/\(name)" }

  private func cp(_ words: String...) async throws -> Tool {
    try await Tool.cri(["cp", "--method", method] + words, on: node.socket)
  }

  private func copy(_ words: String...) async throws {
    let run = try await Tool.cri(["cp", "--method", method] + words, on: node.socket)
    #expect(run.code == 0 && run.output.isEmpty, "\(method) \(words) \(run)")
  }

  /// Runs a script in the container.
  @discardableResult private func inside(_ script: String) async throws -> String {
    let run = try await node.cri("exec", Self.web, "sh", "-c", script)
    #expect(run.code == 0, "\(script) \(run)")
    return run.output
  }

  func largeFile() async throws {
    try await inside("mkdir -p \(base)")
    let sum = try await node.run("head -c 50000001 /dev/urandom >\(file("large")) && sha256sum <\(file("large"))")
    try await copy(file("large"), "\(Self.web):\(base)/large")
    #expect(try await inside("sha256sum <\(base)/large") == sum)
    try await copy("\(Self.web):\(base)/large", file("back"))
    #expect(try await node.run("sha256sum <\(file("back"))") == sum)
    let run = try await Tool.cri(
      ["cp", "--method", method, "\(Self.web):\(base)/large", file("back")], on: node.socket)
    #expect(run.code == 0 && run.peakMemory < ProcessFacts.memoryLimit, "\(run)")
  }

  func tree() async throws {
    let long = String(repeating: "n", count: 120)
    try await inside(
      "cd \(base) && mkdir -p t/empty && echo text >t/f && chmod 4751 t/f && ln t/f t/g && ln -s /etc/shadow t/l && "
        + "echo x >t/\(long) && mkfifo t/pipe && mknod t/null c 1 3 && chown 5:6 t/f && touch -d '2001-02-03 04:05:06' t/f"
    )
    let run = try await cp("\(Self.web):\(base)/t", folder)
    #expect(run.code == 0 && run.errors.contains("t/pipe") && run.errors.contains("t/null"), "\(run)")
    let facts = try await node.run(
      "cd \(folder)/t && stat -c '%a %u %g %h %Y' f && readlink l && ls | wc -l && cat \(long)")
    #expect(facts == "751 0 0 2 981173106\n/etc/shadow\n5\nx\n")
    try await inside("mkdir \(base)/many && cd \(base)/many && for i in $(seq 25); do mkfifo $i; done")
    let many = try await cp("\(Self.web):\(base)/many", folder)
    #expect(many.code == 0 && many.errors.split(separator: "\n").count == 21, "\(many)")
    #expect(many.errors.hasSuffix("cri: 5 more such warnings\n"), "\(many)")
    try await copy("-a", "\(Self.web):\(base)/t/f", file("owned"))
    #expect(try await node.run("stat -c '%a %u %g' \(file("owned"))") == "751 5 6\n")
    try await node.run("rm -r \(folder)/t/pipe \(folder)/t/null 2>/dev/null; chown 7:8 \(folder)/t/f")
    try await copy("\(folder)/t", "\(Self.web):\(base)/u")
    #expect(
      try await inside("cd \(base)/u && stat -c '%a %u %g %h %Y' f && readlink l && ls | wc -l && cat \(long)")
        == "751 0 0 2 981173106\n/etc/shadow\n5\nx\n")
    try await copy("-a", "\(folder)/t/f", "\(Self.web):\(base)/owned")
    #expect(try await inside("stat -c '%u %g' \(base)/owned") == "7 8\n")
  }

  func streams() async throws {
    let cri = "'\(Tool.path("cri"))' -r '\(node.socket)' cp --method \(method)"
    let list = try await node.run("\(cri) \(Self.web):\(base)/t - 2>/dev/null | tar -tf - | sort")
    #expect(list.hasPrefix("t/\nt/empty/\nt/f\n") && !list.contains("pipe"), "\(list)")
    let owner = try await node.run("\(cri) \(Self.web):\(base)/t/f - | tar --numeric-owner -tvf -")
    #expect(owner.hasPrefix("-rwxr-x--x 5/6 "), "\(owner)")
    try await inside("mkdir -p \(base)/in")
    try await node.run("tar -cf - -C \(folder)/t . | \(cri) - \(Self.web):\(base)/in")
    #expect(try await inside("cat \(base)/in/g && ls \(base)/in | wc -l") == "text\n5\n")
    let hostile = try await Tool.shell("tar -P -cf - /etc/hostname | \(cri) - \(Self.web):\(base)/in")
    #expect(hostile.code == 1 && hostile.errors.contains("is absolute or points outside"), "\(hostile)")
    let short = try await Tool.shell("tar -cf - -C \(folder) large | head -c 1000000 | \(cri) - \(Self.web):\(base)/in")
    #expect(short.code == 1 && short.errors.contains("it ends too early"), "\(short)")
    if method == "node" { #expect(try await inside("ls -A \(base)/in | wc -l") == "5\n") }
  }

  func destinations() async throws {
    try await copy(file("owned"), "\(Self.web):\(base)/in")
    #expect(try await inside("cat \(base)/in/owned") == "text\n")
    try await copy("\(folder)/t/.", "\(Self.web):\(base)/in")
    try await copy(file("owned"), "\(Self.web):\(base)/in/f")
    #expect(try await inside("cat \(base)/in/f") == "text\n")
    for (source, target, message) in [
      (file("owned"), "\(Self.web):\(base)/nothing/", "create it first"),
      (file("t"), "\(Self.web):\(base)/large", "a directory cannot replace"),
      ("\(Self.web):\(base)/t", file("large"), "a directory cannot replace"),
      ("\(Self.web):\(base)/large", "/dev/null", "does not write to that"),
    ] {
      let run = try await cp(source, target)
      #expect(run.code == 1 && run.errors.contains(message), "\(method) \(run)")
    }
  }

  func failures() async throws {
    let missing = try await cp("\(Self.web):\(base)/nosuch", file("x"))
    #expect(missing.code == 1 && missing.errors.lowercased().contains("no such file"), "\(missing)")
    let unknownContainer = try await cp("nosuch:/x", file("x"))
    #expect(unknownContainer.code == 7, "\(unknownContainer)")
    let directory = try await Tool.shell(
      "'\(Tool.path("cri"))' -r '\(node.socket)' cp --method \(method) - \(Self.web):\(base)/in </etc")
    #expect(directory.code == 1 && directory.errors.contains("standard input: Is a directory"), "\(directory)")
    // The destination is a file that is larger than what a pipe holds, so a tar that is not read to its end would remain.
    try await copy(file("owned"), "\(Self.web):\(base)/large")
    let left =
      "for i in $(seq 100); do ps -o args | grep -q '^tar' || break; sleep 0.1; done; ps -o args | grep '^tar'; true"
    let remaining = try await inside(left)
    #expect(remaining == "", "\(method)")
  }

  /// A copy that is interrupted by a signal leaves nothing under the final name.
  func interruption() async throws {
    try await inside("mkdir -p \(base)/cut")
    let cri = "'\(Tool.path("cri"))' -r '\(node.socket)' cp --method \(method)"
    let run = try await Tool.shell(
      "(tar -cf - -C \(folder) large | head -c 20000000; sleep 4) | "
        + "timeout --preserve-status -s TERM 2 \(cri) - \(Self.web):\(base)/cut")
    #expect(run.code == 128 + SIGTERM && run.errors.contains("interrupted by SIGTERM"), "\(run)")
    // The container's own tar may leave what it has written.
    if method == "node" { #expect(try await inside("ls -A \(base)/cut") == "") }
  }
}
