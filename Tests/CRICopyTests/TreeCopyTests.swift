import CRICopy
import CRISystem
import Foundation
import Glibc
import TestSupport
import Testing

/// An ID that has no account on the test machines.
private let mallory: uid_t = 64_001

@Suite(.enabled(if: geteuid() == 0, "needs root: only root can create devices and give files to other users"))
struct TreeCopyTests {
  let tree: FileTree

  init() throws { tree = try FileTree() }

  private func write(_ text: String, _ name: String, mode: mode_t = 0o644, owner: uid_t = 0) throws {
    try TestFile.write(text, to: "\(tree.container)/\(name)")
    #expect(chown("\(tree.container)/\(name)", owner, owner) == 0 && chmod("\(tree.container)/\(name)", mode) == 0)
  }

  private func makeDirectory(_ name: String, mode: mode_t = 0o755) {
    #expect(mkdir("\(tree.container)/\(name)", mode) == 0 && chmod("\(tree.container)/\(name)", mode) == 0)
  }

  private func link(_ target: String, _ name: String) { #expect(symlink(target, "\(tree.container)/\(name)") == 0) }

  private func names(_ path: String) -> [String] { TemporaryDirectory.names(in: path).sorted() }

  // MARK: Content and attributes

  @Test func `a tree is copied with modes, times and links, but without dangerous bits, devices, FIFOs and sockets`()
    throws
  {
    makeDirectory("d", mode: 0o3750)
    try write("one", "d/f", mode: 0o6755, owner: mallory)
    try write("", "d/empty", mode: 0o600)
    #expect(Glibc.link("\(tree.container)/d/f", "\(tree.container)/d/second") == 0)
    link("/etc/passwd", "d/link")
    #expect(mknod("\(tree.container)/d/null", S_IFCHR | 0o666, 1 << 8 | 3) == 0)
    #expect(mknod("\(tree.container)/d/block", S_IFBLK | 0o666, 7 << 8 | 250) == 0)
    #expect(mkfifo("\(tree.container)/d/pipe", 0o666) == 0)
    #expect(mknod("\(tree.container)/d/socket", S_IFSOCK | 0o666, 0) == 0)
    let times = [timespec(tv_sec: 1, tv_nsec: 2), timespec(tv_sec: 1_000_000_000, tv_nsec: 123_456_789)]
    for name in ["d/f", "d/link", "d"] {
      #expect(utimensat(AT_FDCWD, "\(tree.container)/\(name)", times, AT_SYMLINK_NOFOLLOW) == 0)
    }
    let skipped = try tree.copyOut("/d", to: "new")
    #expect(skipped.sorted() == ["block", "null", "pipe", "socket"])
    #expect(names("\(tree.host)/new") == ["empty", "f", "link", "second"])
    let (file, directory) = (tree.status("\(tree.host)/new/f"), tree.status("\(tree.host)/new"))
    #expect(file.st_mode & 0o7777 == 0o755 && file.st_uid == 0 && directory.st_mode & 0o7777 == 0o750)
    #expect(file.st_ino == tree.status("\(tree.host)/new/second").st_ino && file.st_nlink == 2)
    for status in [file, directory, tree.status("\(tree.host)/new/link")] {
      #expect(status.st_mtim.tv_sec == 1_000_000_000 && status.st_mtim.tv_nsec == 123_456_789)
    }
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "\(tree.host)/new/link") == "/etc/passwd")
    #expect(TestFile.read("\(tree.host)/new/f") == "one")
  }

  @Test func `numeric owners are kept on request, and dangerous bits never`() throws {
    makeDirectory("d")
    try write("x", "d/f", mode: 0o6755, owner: mallory)
    #expect(symlink("t", "\(tree.container)/d/l") == 0 && lchown("\(tree.container)/d/l", mallory, mallory) == 0)
    try tree.copyOut("/d/.", to: "", owners: .kept)
    #expect(tree.status("\(tree.host)/f").st_uid == mallory && tree.status("\(tree.host)/l").st_uid == mallory)
    #expect(tree.status("\(tree.host)/f").st_mode & 0o7777 == 0o755)
  }

  /// Runs a line of Python with a path, because Swift does not import the calls for extended attributes.
  private func python(_ line: String, _ path: String) throws -> String {
    let (process, output) = (Process(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = ["-c", "import os, sys; \(line)", path]
    process.standardOutput = output
    try process.run()
    process.waitUntilExit()
    return String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  }

  @Test func `extended attributes and file capabilities are never copied`() throws {
    try write("x", "f")
    // VFS_CAP_REVISION_2 with cap_setuid (capabilities(7)).
    let capability = "bytes([0, 0, 0, 2, 128]) + bytes(15)"
    let line = "os.setxattr(sys.argv[1], 'security.capability', \(capability)); print(os.listxattr(sys.argv[1]))"
    #expect(try python(line, "\(tree.container)/f").contains("security.capability"))
    for owners in [CopyPolicy.Owners.caller, .kept] {
      try tree.copyOut("/f", to: "copy-\(owners)", owners: owners)
      #expect(try python("print(os.listxattr(sys.argv[1]))", "\(tree.host)/copy-\(owners)") == "[]\n")
    }
  }

  @Test func `what is copied into a container belongs to its root user, mapped through its user namespace`() throws {
    #expect(mkdir("\(tree.host)/d", 0o755) == 0 && symlink("x", "\(tree.host)/d/l") == 0)
    try TestFile.write("x", to: "\(tree.host)/d/f")
    #expect(chmod("\(tree.host)/d/f", 0o4755) == 0 && chown("\(tree.host)/d/f", mallory, mallory) == 0)
    try tree.copyIn("d", to: "/", users: IDMap("0 100000 65536"))
    for name in ["d", "d/f", "d/l"] {
      let status = tree.status("\(tree.container)/\(name)")
      #expect(status.st_uid == 100_000 && status.st_gid == 100_000, "\(name)")
    }
    #expect(tree.status("\(tree.container)/d/f").st_mode & 0o7777 == 0o755)
  }

  @Test func `names need not be UTF-8`() throws {
    makeDirectory("d")
    let name: [CChar] = "\(tree.container)/d/".utf8.map { CChar(bitPattern: $0) } + [-28, 0]
    let file = open(name, O_CREAT | O_WRONLY, 0o644)
    #expect(file >= 0 && close(file) == 0)
    try tree.copyOut("/d", to: "")
    let copy: [CChar] = "\(tree.host)/d/".utf8.map { CChar(bitPattern: $0) } + [-28, 0]
    #expect(access(copy, F_OK) == 0)
  }

  @Test func `a huge sparse file takes neither memory nor space`() throws {
    try write("", "sparse")
    let size = 1 << 40
    let file = open("\(tree.container)/sparse", O_WRONLY)
    #expect(pwrite(file, "data", 4, 1 << 30) == 4 && ftruncate(file, off_t(size)) == 0 && close(file) == 0)
    let memory = ProcessFacts.peakMemory
    try tree.copyOut("/sparse", to: "copy")
    let copy = tree.status("\(tree.host)/copy")
    #expect(copy.st_size == size && copy.st_blocks < 1000)
    #expect(ProcessFacts.peakMemory - memory < 64 << 20)
    let opened = open("\(tree.host)/copy", O_RDONLY)
    var bytes = [UInt8](repeating: 0, count: 5)
    #expect(pread(opened, &bytes, 5, 1 << 30) == 5 && bytes == Array("data\0".utf8) && close(opened) == 0)
  }

  // MARK: Destinations

  @Test func `a file replaces a file and is never written into it`() throws {
    try write("new", "f")
    try TestFile.write("old", to: "\(tree.host)/f")
    #expect(Glibc.link("\(tree.host)/f", "\(tree.host)/other") == 0)
    try tree.copyOut("/f", to: "f")
    #expect(TestFile.read("\(tree.host)/f") == "new" && TestFile.read("\(tree.host)/other") == "old")
    #expect(names(tree.host) == ["f", "other"])
  }

  @Test func `a link in the destination tree is replaced if it has a file's name, and refused if it has a directory's`()
    throws
  {
    makeDirectory("d")
    try write("new", "d/file")
    #expect(symlink("\(tree.secret)/file", "\(tree.host)/file") == 0)
    try tree.copyOut("/d/.", to: "")
    #expect(TestFile.read("\(tree.secret)/file") == "secret" && TestFile.read("\(tree.host)/file") == "new")
    #expect(symlink(tree.secret, "\(tree.host)/d") == 0)
    #expect(throws: CopyError.refused(path: "d", .directoryOverOther)) { try tree.copyOut("/.", to: "") }
    #expect(TestFile.read("\(tree.secret)/file") == "secret" && names(tree.secret) == ["file"])
  }

  @Test func `another user's link is not followed to the destination`() throws {
    try write("new", "file")
    #expect(symlink(tree.secret, "\(tree.host)/l") == 0 && lchown("\(tree.host)/l", mallory, mallory) == 0)
    #expect(throws: CopyError.self) { try tree.copyOut("/file", to: "l/file") }
    #expect(throws: CopyError.self) { try tree.copyOut("/file", to: "l") }
    #expect(TestFile.read("\(tree.secret)/file") == "secret")
  }

  @Test func `devices and FIFOs are not written to, and an existing directory keeps its mode`() throws {
    try write("new", "f")
    #expect(mknod("\(tree.host)/null", S_IFCHR | 0o666, 1 << 8 | 3) == 0 && mkfifo("\(tree.host)/pipe", 0o666) == 0)
    for name in ["null", "pipe"] {
      #expect(throws: CopyError.self) { try tree.copyOut("/f", to: name) }
      #expect(tree.status("\(tree.host)/\(name)").st_mode & S_IFMT != S_IFREG)
    }
    makeDirectory("d", mode: 0o777)
    #expect(mkdir("\(tree.host)/d", 0o700) == 0)
    try tree.copyOut("/d", to: "")
    #expect(tree.status("\(tree.host)/d").st_mode & 0o7777 == 0o700)
  }

  @Test func `a copy that fails leaves no file behind`() throws {
    var reader = try TreeReader(tree.root.source(CopyPath("/"), followsLast: false))
    _ = try reader.next()
    let placement = try HostPath.destination(CopyPath(tree.host)).placement(
      of: .archive, name: [], CopyPath(tree.host))
    func begin() throws {
      let writer = TreeWriter(placement, isOnHost: false)
      try writer.write(.entry(CopyEntry(path: [97], kind: .regular(size: 9), permissions: 0o644)))
      try writer.write(.bytes([1, 2, 3]))
      #expect(names(tree.host).count == 1)
    }
    try begin()
    #expect(names(tree.host) == [])
  }

  // MARK: Out of the container

  @Test(arguments: ["/l", "/l/", "/l/file", "/up", "/up/file", "/d/../../../../../../secret/file", "/d/abs/file"])
  func `no path points out of the container`(path: String) throws {
    makeDirectory("d")
    link(tree.secret, "l")
    link("../../../../../..\(tree.secret)", "up")
    link("\(tree.secret)/.", "d/abs")
    // The file at the same path in the container is found instead.
    #expect(throws: CopyError.self) { try tree.copyOut(path, to: "x", followsLink: true) }
    try TestFile.write("mine", to: "\(tree.host)/mine")
    #expect(throws: CopyError.self) { try tree.copyIn("mine", to: "/l/file") }
    _ = try? tree.copyIn("mine", to: path)
    #expect(TestFile.read("\(tree.secret)/file") == "secret" && names(tree.secret) == ["file"])
    #expect(tree.isMissing("\(tree.host)/x"))
  }

  @Test func `absolute links point to the container's own files`() throws {
    makeDirectory("etc")
    try write("inside", "etc/passwd")
    link("/etc/passwd", "p")
    link("/etc", "e")
    try tree.copyOut("/p", to: "p", followsLink: true)
    #expect(TestFile.read("\(tree.host)/p") == "inside")
    try tree.copyOut("/e/passwd", to: "q")
    #expect(TestFile.read("\(tree.host)/q") == "inside")
    try tree.copyOut("/e", to: "link")
    #expect(tree.status("\(tree.host)/link").st_mode & S_IFMT == S_IFLNK)
    try tree.copyOut("/e/", to: "directory")
    #expect(names("\(tree.host)/directory") == ["passwd"])
    try TestFile.write("changed", to: "\(tree.host)/mine")
    try tree.copyIn("mine", to: "/p")
    #expect(TestFile.read("\(tree.container)/etc/passwd") == "changed")
    #expect(TestFile.read("/etc/passwd").contains("root:"))
  }

  @Test func `procfs is neither read nor written, and its magic links are refused`() throws {
    makeDirectory("proc")
    #expect(mount("proc", "\(tree.container)/proc", "proc", 0, nil) == 0)
    defer { umount2("\(tree.container)/proc", 2) }
    #expect(try tree.copyOut("/", to: "all") == ["proc"])
    let pid = getpid()
    for path in [
      "/proc/\(pid)/root/etc/passwd", "/proc/self/root/etc/passwd", "/proc/\(pid)/cwd/x", "/proc/version", "/proc",
    ] {
      #expect(throws: CopyError.self, "\(path)") { try tree.copyOut(path, to: "x", followsLink: true) }
    }
    try TestFile.write("1", to: "\(tree.host)/mine")
    link("/proc/sys/kernel", "d")
    #expect(throws: CopyError.refused(path: "/d/core_pattern", .pseudoFileSystem)) {
      try tree.copyIn("mine", to: "/d/core_pattern")
    }
  }

  /// A process in the container repeatedly replaces a directory with a link that points out of the container.
  @Test(.timeLimit(.minutes(2)), arguments: [true, false])
  func `repeatedly exchanging a directory for a link redirects nothing`(isIntoContainer: Bool) throws {
    makeDirectory("top")
    makeDirectory("top/d")
    try write("inside", "top/d/file")
    link(tree.secret, "top/other")
    try TestFile.write("mine", to: "\(tree.host)/file")
    let exchange = try RepeatingThread.exchanging("\(tree.container)/top/d", "\(tree.container)/top/other")
    defer { exchange.stop() }
    var (copied, refused) = (0, 0)
    for _ in 0..<1000 {
      do throws(any Error) {
        if isIntoContainer {
          try tree.copyIn("file", to: "/top/d/file")
        } else {
          try tree.copyOut("/top/d/file", to: "out")
          #expect(TestFile.read("\(tree.host)/out") == "inside")
        }
        copied += 1
      } catch {
        refused += 1
      }
      if !isIntoContainer {
        _ = try? tree.copyOut("/top", to: "tree")
        for name in ["d", "other"] {
          let path = "\(tree.host)/tree/\(name)"
          if tree.status(path).st_mode & S_IFMT == S_IFDIR, !tree.isMissing("\(path)/file") {
            #expect(TestFile.read("\(path)/file") == "inside")
          }
        }
        TemporaryDirectory.remove("\(tree.host)/tree")
      }
    }
    #expect(copied > 0 && refused > 0, "the race was never lost or never won")
    #expect(TestFile.read("\(tree.secret)/file") == "secret" && names(tree.secret) == ["file"])
  }

  /// The rule of `PathWalk`: mallory could have moved root's directory to where root writes.
  @Test(arguments: [mallory, 0]) func `a copy does not enter a directory of root inside another user's directory`(
    owner: uid_t
  ) throws {
    makeDirectory("d")
    makeDirectory("d/inner")
    try write("new", "d/inner/file")
    #expect(mkdir("\(tree.host)/own", 0o755) == 0 && chown("\(tree.host)/own", mallory, mallory) == 0)
    #expect(mkdir("\(tree.host)/own/inner", 0o755) == 0 && chown("\(tree.host)/own/inner", owner, owner) == 0)
    if owner == 0 {
      #expect(throws: CopyError.refused(path: "inner", .foreignDirectory)) { try tree.copyOut("/d/.", to: "own") }
      #expect(names("\(tree.host)/own/inner") == [])
    } else {
      try tree.copyOut("/d/.", to: "own")
      #expect(TestFile.read("\(tree.host)/own/inner/file") == "new")
    }
    // Directories created by the same copy may be entered again.
    try tree.copyOut("/d", to: "own")
    #expect(TestFile.read("\(tree.host)/own/d/inner/file") == "new")
  }

  @Test func `the memory for names and for paths of hard links is limited`() throws {
    makeDirectory("d")
    for index in 0..<20 { try write("", "d/\(index)") }
    for index in 0..<20 { #expect(Glibc.link("\(tree.container)/d/\(index)", "\(tree.container)/d/l\(index)") == 0) }
    func entries(nameMemory: Int, linkMemory: Int) throws -> [CopyEntry.Kind] {
      var reader = TreeReader(
        try tree.root.source(CopyPath("/d"), followsLast: false), nameMemory: nameMemory, linkMemory: linkMemory)
      var kinds: [CopyEntry.Kind] = []
      while let event = try reader.next() { if case .entry(let entry) = event { kinds.append(entry.kind) } }
      return kinds
    }
    // A name takes 64 bytes plus its length; 30 of the names have one or two digits and an l.
    let needed = 40 * 64 + 2 * (10 + 20) + 20
    #expect(throws: CopyError.refused(path: "/d", .tooManyNames)) {
      try entries(nameMemory: needed - 1, linkMemory: 1 << 20)
    }
    let linked = try entries(nameMemory: needed, linkMemory: 1 << 20)
    #expect(linked.count { if case .hardLink = $0 { true } else { false } } == 20)
    let separate = try entries(nameMemory: needed, linkMemory: 5 * 66)
    #expect(separate.count { if case .hardLink = $0 { true } else { false } } == 5)
    #expect(separate.count == 41)
  }

  @Test func `a file on a pseudo file system in a tree is not copied`() throws {
    makeDirectory("d")
    try write("", "d/version")
    try #require(mount("/proc/version", "\(tree.container)/d/version", nil, UInt(MS_BIND), nil) == 0)
    defer { umount2("\(tree.container)/d/version", Int32(MNT_DETACH)) }
    #expect(try tree.copyOut("/d", to: "d") == ["version"] && names("\(tree.host)/d") == [])
  }

  /// tmpfs permits files of any size.
  @Test func `a file that is larger than any real one is refused`() throws {
    let path = "/dev/shm/cri-\(getpid())"
    #expect(mkdir(path, 0o700) == 0)
    defer { TemporaryDirectory.remove(path) }
    try TestFile.write("", to: "\(path)/huge")
    try #require(truncate("\(path)/huge", .max) == 0)
    let root = ContainerRoot(root: try FileNode(trusted: path))
    var reader = TreeReader(try root.source(CopyPath("/huge"), followsLast: false))
    #expect(throws: CopyError.refused(path: "/huge", .tooLarge)) { try reader.next() }
  }

  @Test func `the number of copied bytes has no overflow`() {
    let control = CopyControl()
    for _ in 0..<9 { control.note(.zeros(CopyLimits.size)) }
    #expect(control.progress.bytes == .max)
  }

  @Test func `directories that are nested too deep are refused`() throws {
    var path = "deep"
    makeDirectory(path)
    for _ in 0..<300 {
      path += "/d"
      makeDirectory(path)
    }
    #expect(throws: CopyError.self) { try tree.copyOut("/deep", to: "deep") }
  }

  // MARK: Tar streams

  private func stream(_ entries: [CopyEvent]) throws -> [UInt8] {
    var writer = TarWriter(.pax, name: [])
    var bytes: [UInt8] = []
    for event in entries {
      try writer.append(event)
      while let more = writer.take() { bytes += more }
    }
    writer.finish()
    while let more = writer.take() { bytes += more }
    return bytes
  }

  private func entry(_ path: String, _ kind: CopyEntry.Kind, mode: UInt32 = 0o644) -> CopyEvent {
    .entry(CopyEntry(path: Array(path.utf8), kind: kind, permissions: mode, owner: 7, group: 8))
  }

  @Test func `a tar stream is extracted, with the directories that it leaves out`() throws {
    makeDirectory("t")
    let bytes = try stream([
      entry("a/b/f", .regular(size: 3)), .bytes(Array("abc".utf8)), entry("c", .hardLink(target: Array("a/b/f".utf8))),
      entry("a", .directory, mode: 0o700), entry("a/b/g", .regular(size: 0), mode: 0o600),
    ])
    try tree.extract(bytes, to: "/t")
    #expect(TestFile.read("\(tree.container)/t/c") == "abc" && names("\(tree.container)/t/a/b") == ["f", "g"])
    #expect(tree.status("\(tree.container)/t/c").st_uid == 7 && tree.status("\(tree.container)/t/c").st_nlink == 2)
    #expect(throws: CopyError.self) { try tree.extract(bytes, to: "/missing") }
    #expect(throws: CopyError.archive(.truncated)) { try tree.extract(Array(bytes[..<1536]), to: "/t") }
    #expect(names("\(tree.container)/t") == ["a", "c"])
  }

  @Test func `a tar stream writes through no link, neither its own nor one that was there`() throws {
    makeDirectory("t")
    link(tree.secret, "t/there")
    for (name, target) in [("own", tree.secret), ("there", tree.secret), ("up", "../../secret")] {
      let bytes = try stream([
        entry(name, .symbolicLink(target: Array(target.utf8))), entry("\(name)/file", .regular(size: 1)), .bytes([120]),
      ])
      #expect(throws: CopyError.self) { try tree.extract(bytes, to: "/t") }
    }
    #expect(TestFile.read("\(tree.secret)/file") == "secret" && names(tree.secret) == ["file"])
  }

  @Test func `a hard link can point only to a file of the same copy`() throws {
    makeDirectory("t")
    try write("before", "t/before")
    link("\(tree.secret)/file", "t/link")
    link(tree.secret, "t/dir")
    for target in ["before", "link", "dir/file", "nothing"] {
      let bytes = try stream([entry("x", .hardLink(target: Array(target.utf8)))])
      #expect(throws: CopyError.refused(path: target, .foreignHardLink)) { try tree.extract(bytes, to: "/t") }
    }
    #expect(tree.isMissing("\(tree.container)/t/x") && tree.status("\(tree.secret)/file").st_nlink == 1)
  }
}
