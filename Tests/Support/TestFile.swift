internal import CRISystem
internal import Glibc

/// Small operations on the files of a test.
package enum TestFile {
  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Returns the contents of a file as text; empty if it cannot be read.
  package static func read(_ path: String) -> String {
    let number = open(path, O_RDONLY | O_CLOEXEC)
    guard number >= 0 else { return "" }
    let file = Descriptor(owning: number)
    var bytes: [UInt8] = []
    withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 1) { buffer in
      while let count = try? file.read(into: buffer), count > 0 { bytes += buffer[..<count] }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Creates or replaces a file.
  package static func write(_ text: String, to path: String) throws {
    let number = try retrying { open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644) }
    try Descriptor(owning: number).writeAll(Array(text.utf8))
  }

  /// Appends to a file.
  package static func append(_ text: String, to path: String) throws {
    let number = try retrying { open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644) }
    try Descriptor(owning: number).writeAll(Array(text.utf8))
  }
}
