import CRISystem
import Glibc
import TestSupport
import Testing

@Suite struct FileSystemSpaceTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func `a path that does not exist is an error`() {
    #expect(throws: Errno.noSuchFile) { _ = try FileSystemSpace.read(directory.file("none")) }
  }

  @Test func `blocks that ext4 keeps for itself are not free`() throws {
    let sys = directory.file("sys")
    let plain = try #require(try FileSystemSpace.read(directory.path, sys: sys).blocks)
    var status = stat()
    #expect(stat(directory.path, &status) == 0)
    let device = status.st_dev
    let number = "\(device >> 8 & 0xfff):\(device & 0xff | device >> 12 & 0xfff00)"
    for path in ["", "/dev", "/dev/block", "/fs", "/fs/ext4", "/fs/ext4/sda1"] { mkdir(sys + path, 0o700) }
    #expect(symlink("../../devices/pci0000:00/block/sda/sda1", "\(sys)/dev/block/\(number)") == 0)
    try TestFile.write("\(UInt64.max)\n", to: "\(sys)/fs/ext4/sda1/reserved_clusters")
    #expect(try FileSystemSpace.read(directory.path, sys: sys).blocks == 0)
    try TestFile.write("\(plain / 2)\n", to: "\(sys)/fs/ext4/sda1/reserved_clusters")
    let rest = try #require(try FileSystemSpace.read(directory.path, sys: sys).blocks)
    // Other processes use the file system as well.
    #expect(rest > plain / 4 && rest < plain / 4 * 3)
    try TestFile.write("many", to: "\(sys)/fs/ext4/sda1/reserved_clusters")
    #expect(try #require(try FileSystemSpace.read(directory.path, sys: sys).blocks) > 0)
  }

  @Test(.enabled(if: getuid() == 0, "only root can mount a file system"))
  func `a full file system has no free blocks or inodes, and one without limits has no numbers`() throws {
    let path = directory.file("mount")
    mkdir(path, 0o700)
    func with(_ options: String, _ body: () throws -> Void) throws {
      guard mount("none", path, "tmpfs", 0, options) == 0 else { try Test.cancel("mount: \(Errno.last)") }
      defer { umount2(path, 2) }
      try body()
    }
    try with("size=16k,nr_inodes=3") {
      let space = try FileSystemSpace.read(path)
      #expect(space == FileSystemSpace(blocks: 4, inodes: 2))
      for name in ["a", "b"] { try TestFile.write(String(repeating: "x", count: 8192), to: "\(path)/\(name)") }
      let full = try FileSystemSpace.read(path)
      #expect(full == FileSystemSpace(blocks: 0, inodes: 0))
    }
    try with("size=0,nr_inodes=0") {
      let space = try FileSystemSpace.read(path)
      #expect(space == FileSystemSpace(blocks: nil, inodes: nil))
    }
  }
}
