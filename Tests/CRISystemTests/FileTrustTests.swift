import CRISystem
import Glibc
import TestSupport
import Testing

@Suite struct FileTrustTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    mkdir(directory.file("bin"), 0o755)
    try TestFile.write("", to: directory.file("bin/program"))
    chmod(directory.file("bin/program"), 0o755)
  }

  private func isTrusted(_ name: String = "bin/program") -> Bool { File.isTrusted(directory.file(name)) }

  @Test func `a file and a directory of the caller are trusted, even through links`() {
    #expect(isTrusted() && isTrusted("bin/../bin/./program"))
    symlink("bin", directory.file("relative"))
    symlink(directory.file("relative/program"), directory.file("absolute"))
    #expect(isTrusted("absolute"))
    #expect(File.isTrusted("/bin/sh"))
  }

  @Test(arguments: [
    ("bin/program", mode_t(0o775)), ("bin/program", 0o757), ("bin/program", 0o1777), ("bin", 0o775), ("bin", 0o757),
    ("", 0o777),
  ])
  func `nothing on the path may be writable by others`(name: String, mode: mode_t) {
    chmod(name.isEmpty ? directory.path : directory.file(name), mode)
    #expect(!isTrusted())
  }

  @Test func `a sticky parent directory is trusted for the caller's files`() {
    chmod(directory.path, 0o1777)
    #expect(isTrusted())
  }

  @Test(
    .enabled(if: geteuid() == 0, "needs root: only root can give files to other users"),
    arguments: ["", "bin", "bin/program"])
  func `nothing on the path may belong to another user`(name: String) {
    chown(name.isEmpty ? directory.path : directory.file(name), 64_001, 64_001)
    #expect(!isTrusted())
  }

  @Test func `a path that is not a regular file is not trusted`() {
    symlink("loop", directory.file("loop"))
    mkfifo(directory.file("pipe"), 0o600)
    for name in ["missing", "loop", "loop/x", "bin", "pipe", "bin/program/x"] { #expect(!isTrusted(name), "\(name)") }
    for path in ["", "bin/sh", "/bin/sh\0", "/"] { #expect(!File.isTrusted(path), "\(path)") }
  }
}
