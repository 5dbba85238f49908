/// A path as the user has typed it, divided as `docker cp` divides it.
package struct CopyPath: Hashable, Sendable {
  package let text: String
  /// The path of the directory that contains the last component.
  package let parent: String
  /// The last component; empty if it is `.` or `..`, or if the path is `/`.
  package let name: String
  /// Whether it ends with `/` or `/.`; if so, it must be a directory, and a symbolic link at its end is followed.
  package let requiresDirectory: Bool
  /// Whether only the contents of the directory are copied: the path ends with `/.`, or has no name.
  package let copiesContents: Bool

  package init(_ text: String) {
    self.text = text
    let bytes = Array(text.utf8)
    let slash = UInt8(ascii: "/")
    var end = bytes.count
    while end > 0, bytes[end - 1] == slash { end -= 1 }
    let start = bytes[..<end].lastIndex(of: slash).map { $0 + 1 } ?? 0
    let last = String(decoding: bytes[start..<end], as: UTF8.self)
    let hasName = !["", ".", ".."].contains(last)
    name = hasName ? last : ""
    parent = start == 0 ? "." : String(decoding: bytes[..<start], as: UTF8.self)
    requiresDirectory = !hasName || end < bytes.count
    copiesContents = !hasName
  }
}
