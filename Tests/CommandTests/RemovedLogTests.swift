import CRIMessages
import CRIProtobuf
import Foundation
import Glibc
import TestSupport
import Testing

/// The logs that `rm` removes with a container. The runtime names them, and it is not trusted.
@Suite struct RemovedLogTests {
  private static let logFiles = [
    "0.log", "0.log.20240101-000000", "0.log.20240101-000000.gz", "0.log.20240101-000001.gz.tmp", "0.log.1",
    "0.log.2.gz",
  ]

  private func runtime(logPath: String) throws -> TestRuntime {
    try TestRuntime { name, _ in
      guard name == "ContainerStatus" else { return .message([]) }
      return .message(ContainerStatusResponse(status: ContainerStatus(state: .exited, logPath: logPath)))
    }
  }

  @Test(arguments: [false, true], OldKernel.errors)
  func `rm removes the log and its rotated files, and nothing else`(keeps: Bool, error: Int32) async throws {
    let directory = try TemporaryDirectory()
    let others = ["0.log.keep", "0.log.20240101-000000.txt", "0.log.123456", "0.log2", "1.log", "passwd"]
    for name in Self.logFiles + others { try TestFile.write("x", to: directory.file(name)) }
    #expect(mkdir(directory.file("0.log.3"), 0o755) == 0 && symlink("passwd", directory.file("0.log.4")) == 0)
    let words = ["-D", "rm", "--log-root", directory.path, "x"] + (keeps ? ["--keep-logs"] : [])
    let run = try await OldKernel.cri(words, error, on: runtime(logPath: directory.file("0.log")))
    #expect(run.code == 0 && run.output == "x\n", "\(run)")
    let left = (others + ["0.log.3", "0.log.4"] + (keeps ? Self.logFiles : [])).sorted()
    #expect(TemporaryDirectory.names(in: directory.path).sorted() == left)
    for name in Self.logFiles {
      #expect(run.errors.contains("container x: removed its log \(directory.file(name))\n") != keeps)
    }
    #expect(run.errors.contains("its log \(directory.file("0.log.3")) was kept: it is a directory\n") != keeps)
    #expect(run.errors.contains("its log \(directory.file("0.log.4")) was kept: it is a symbolic link\n") != keeps)
  }

  @Test(
    arguments: [
      "out/passwd", "root/../out/passwd", "root/link/passwd", "root/absolute/passwd", "root/./../out/passwd", "out/",
      "root/passwd-link",
    ], OldKernel.errors)
  func `rm removes nothing outside the log directory, whatever path the runtime reports`(
    path: String, error: Int32
  ) async throws {
    let directory = try TemporaryDirectory()
    for name in ["out", "root"] { #expect(mkdir(directory.file(name), 0o755) == 0) }
    for name in ["passwd", "passwd.1"] { try TestFile.write("x", to: directory.file("out/\(name)")) }
    #expect(symlink("../out", directory.file("root/link")) == 0)
    #expect(symlink(directory.file("out"), directory.file("root/absolute")) == 0)
    #expect(symlink("../out/passwd", directory.file("root/passwd-link")) == 0)
    let run = try await OldKernel.cri(
      ["rm", "--log-root", directory.file("root"), "x"], error, on: runtime(logPath: directory.file(path)))
    #expect(run.code == 0 && run.output == "x\n")
    #expect(run.errors.contains("container x was removed, but its log \(directory.file(path)) was kept: "), "\(run)")
    #expect(TemporaryDirectory.names(in: directory.file("out")).sorted() == ["passwd", "passwd.1"])
    #expect(TemporaryDirectory.names(in: directory.file("root")).sorted() == ["absolute", "link", "passwd-link"])
  }

  /// Users who can write to the log directory could move a directory that root owns into it.
  @Test func `rm removes nothing below a log directory that other users can write to`() async throws {
    let directory = try TemporaryDirectory()
    try TestFile.write("x", to: directory.file("0.log"))
    chmod(directory.path, 0o777)
    let run = try await Tool.cri(
      ["rm", "--log-root", directory.path, "x"], on: runtime(logPath: directory.file("0.log")))
    #expect(run.code == 0 && run.errors.contains("was kept: "), "\(run)")
    #expect(TestFile.exists(directory.file("0.log")))
  }

  /// The log may be missing while rotated files exist, and a relative path has no known base.
  @Test(arguments: ["passwd", "../passwd", "/nowhere/passwd", "/"])
  func `rm reports every log that it is not permitted to remove`(path: String) async throws {
    let run = try await Tool.cri(["rm", "x"], on: runtime(logPath: path))
    #expect(run.code == 0 && run.output == "x\n")
    #expect(
      run.errors.hasPrefix("cri: container x was removed, but its log \(path) was kept: it is not below "), "\(run)")
  }

  @Test func `rm leaves every log outside /var/log/pods alone without --log-root`() async throws {
    let directory = try TemporaryDirectory()
    try TestFile.write("x", to: directory.file("0.log"))
    let run = try await Tool.cri(["rm", "x"], on: runtime(logPath: directory.file("0.log")))
    #expect(run.code == 0 && run.errors.contains("it is not below /var/log/pods") && run.errors.contains("--log-root"))
    #expect(TemporaryDirectory.names(in: directory.path) == ["0.log"])
    for root in ["pods", "/", "/.", ""] {
      #expect(try await Tool.cri(["rm", "--log-root", root, "x"], on: "/nowhere").code == 2)
    }
  }
}
