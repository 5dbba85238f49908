internal import CRIShims
internal import Glibc

/// Resolves a path one component at a time, from descriptor to descriptor, so that a concurrent change cannot redirect
/// it.
///
/// A symbolic link is followed only if it belongs to root or to the caller, and a step out of another user's directory
/// may lead only to something that this user owns (the rule of systemd's CHASE_SAFE). Operations relative to the last
/// directory cannot be redirected by a later change to the path.
package struct PathWalk: ~Copyable {
  /// The last directory of the path, opened with O_PATH.
  package let directory: Descriptor
  /// The path of this directory, without the symbolic links that were followed; relative if the path was.
  package let directoryPath: String
  /// The last component, which may not exist and is not a symbolic link; empty if the path is resolved to a directory.
  package let name: String
  /// The kind of the entry with this name; nil if it does not exist.
  package let kind: FileKind?
  /// The descriptor, if the path refers to one of this process, such as `/dev/stdout` or `/proc/self/fd/3`.
  package let held: Int32?

  /// The maximum number of symbolic links, as in the kernel (path_resolution(7)).
  private static let maximumLinks = 40

  /// Resolves the path of a file, which may not exist.
  package init(toFile path: String) throws(FileError) {
    try self.init(path, isFile: true, mode: nil, isProtected: false)
  }

  /// Resolves the path of a directory.
  /// - Parameters:
  ///   - making: The mode with which missing directories are created; nil to create none.
  ///   - isProtected: Whether `.changeableByOthers` is thrown if another user could exchange a directory or a link on the
  ///     path.
  package init(toDirectory path: String, making mode: UInt32? = nil, isProtected: Bool = false) throws(FileError) {
    try self.init(path, isFile: false, mode: mode, isProtected: isProtected)
  }

  private init(_ path: String, isFile: Bool, mode: UInt32?, isProtected: Bool) throws(FileError) {
    // C functions would see only the part of the path before a NUL.
    guard !path.isEmpty, !path.utf8.contains(0) else { throw .system(.noSuchFile) }
    var current = try WalkedDirectory(path.utf8.first == UInt8(ascii: "/") ? "/" : ".")
    var rest = Array(Self.components(path).reversed())
    var links = 0
    while let name = rest.popLast() {
      if isProtected { try current.checkProtected() }
      let next: Entry
      do throws(Errno) {
        next = try Entry(name, in: current.directory)
      } catch {
        guard error == .noSuchFile else { throw .system(error) }
        if rest.isEmpty, isFile {
          if path.utf8.last == UInt8(ascii: "/") { throw .system(.isADirectory) }
          try self.init(current, name, nil)
          return
        }
        guard let mode else { throw .system(error) }
        try current.make(name, mode)
        rest.append(name)
        continue
      }
      switch next.kind {
      case .directory:
        try current.step(to: next, name)
      case .symbolicLink:
        links += 1
        if links > Self.maximumLinks { throw .system(.tooManySymbolicLinkLevels) }
        if isFile, rest.isEmpty, current.isOwnDescriptors, let fd = Int32(name) {
          try self.init(current, name, nil, held: fd)
          return
        }
        guard Caller.trusts(next.owner) else {
          throw .foreignLink(path: current.path(of: name), owner: next.owner)
        }
        if current.isProc, ["root", "cwd"].contains(name) {
          // Nothing is known about the directories above the target.
          if isProtected { throw .system(.notPermitted) }
          // The text of a link in /proc is not its target, so the kernel has to follow it.
          try current.jump(through: name)
          continue
        }
        let target = try next.target()
        if target.utf8.first == UInt8(ascii: "/") { try current.restart() }
        rest += Self.components(target).reversed()
      default:
        guard isFile, rest.isEmpty else { throw .system(.notADirectory) }
        try self.init(current, name, next.kind)
        return
      }
    }
    if isFile { throw .system(.isADirectory) }
    try self.init(current, "", .directory)
  }

  private init(_ last: borrowing WalkedDirectory, _ name: String, _ kind: FileKind?, held: Int32? = nil)
    throws(FileError)
  {
    let fd = last.descriptor
    do throws(Errno) {
      self.directory = Descriptor(owning: try retrying { fcntl(fd, F_DUPFD_CLOEXEC, 0) })
    } catch {
      throw .system(error)
    }
    directoryPath = last.displayPath
    self.name = name
    self.kind = kind
    self.held = held
  }

  /// Splits a path into its components, except for empty ones and `.`.
  private static func components(_ path: String) -> [String] {
    path.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }.filter { $0 != "." }
  }
}

/// Decides whose links and directories may be followed.
enum Caller {
  static func trusts(_ owner: UInt32) -> Bool { owner == 0 || owner == geteuid() }
}

/// A directory entry that was opened without following it.
private struct Entry: ~Copyable {
  let descriptor: Descriptor
  let kind: FileKind
  let owner: UInt32

  init(_ name: String, in directory: borrowing Descriptor) throws(Errno) {
    let fd = directory.rawValue
    let flags = O_CLOEXEC | O_NOFOLLOW | OpenFlags.path
    let opened = Descriptor(owning: try retrying { openat(fd, name, flags) })
    var status = Glibc.stat()
    guard fstat(opened.rawValue, &status) == 0 else { throw .last }
    descriptor = opened
    kind = FileKind(status)
    owner = status.st_uid
  }

  /// Returns the target of the symbolic link.
  func target() throws(FileError) -> String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let fd = descriptor.rawValue
    do throws(Errno) {
      // An empty path means the opened link itself (readlink(2)).
      let count = try retrying { readlinkat(fd, "", &buffer, 4096) }
      guard count > 0, count < 4096 else { throw .nameTooLong }
      return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    } catch {
      throw .system(error)
    }
  }
}

/// A directory on the path, opened with O_PATH.
private struct WalkedDirectory: ~Copyable {
  private(set) var directory: Descriptor
  private var owner: UInt32
  private(set) var displayPath: String
  var descriptor: Int32 { directory.rawValue }

  init(_ start: String) throws(FileError) {
    let opened = try File.opened(start, O_DIRECTORY | OpenFlags.path)
    let startOwner = try File.system { () throws(Errno) in try Self.owner(of: opened) }
    directory = opened
    owner = startOwner
    displayPath = start
  }

  func path(of name: String) -> String {
    displayPath == "/" ? "/\(name)" : displayPath == "." ? name : "\(displayPath)/\(name)"
  }

  mutating func step(to next: consuming Entry, _ name: String) throws(FileError) {
    try check(next.owner)
    displayPath = path(of: name)
    owner = next.owner
    directory = next.take()
  }

  /// Follows a link that only the kernel can resolve.
  mutating func jump(through name: String) throws(FileError) {
    let fd = directory.rawValue
    do throws(Errno) {
      let next = Descriptor(
        owning: try retrying { openat(fd, name, O_DIRECTORY | O_CLOEXEC | OpenFlags.path) })
      owner = try Self.owner(of: next)
      directory = next
    } catch {
      throw .system(error)
    }
    displayPath = path(of: name)
  }

  /// Goes to `/`, where an absolute link begins.
  mutating func restart() throws(FileError) {
    let root = try WalkedDirectory("/")
    try check(root.owner)
    self = root
  }

  func make(_ name: String, _ mode: UInt32) throws(FileError) {
    // The next step could not enter a directory that the caller creates in another user's directory.
    if !Caller.trusts(owner) { throw .foreignStep(directory: displayPath, owner: owner) }
    let fd = directory.rawValue
    do throws(Errno) {
      _ = try retrying { mkdirat(fd, name, mode_t(mode)) }
    } catch {
      // Another process created it first.
      if error.rawValue != EEXIST { throw .system(error) }
    }
  }

  /// Other users can move anything in their own directories, so only files that they own may be reached through such a
  /// directory.
  private func check(_ next: UInt32) throws(FileError) {
    if !Caller.trusts(owner), next != owner { throw .foreignStep(directory: displayPath, owner: owner) }
  }

  /// - Throws: `.changeableByOthers` if another user could exchange an entry.
  func checkProtected() throws(FileError) {
    var status = Glibc.stat()
    let fd = directory.rawValue
    _ = try File.system { () throws(Errno) in try retrying { fstat(fd, &status) } }
    if FileStatus(status).isExchangeableByOthers { throw .changeableByOthers(directory: displayPath) }
  }

  var isProc: Bool { cri_file_system_magic(directory.rawValue) == 0x9fa0 }

  /// Whether the directory is `/proc/self/fd`.
  var isOwnDescriptors: Bool {
    guard isProc, let ownDirectory = FileIdentity(of: "/proc/self/fd") else { return false }
    return (try? FileIdentity.read(directory)) == ownDirectory
  }

  private static func owner(of directory: borrowing Descriptor) throws(Errno) -> UInt32 {
    var status = Glibc.stat()
    let fd = directory.rawValue
    _ = try retrying { fstat(fd, &status) }
    return status.st_uid
  }
}

extension Entry {
  fileprivate consuming func take() -> Descriptor { descriptor }
}
