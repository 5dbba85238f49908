/// Flags of open(2) that are GNU extensions, or macros that Swift cannot import.
enum OpenFlags {
  /// `O_PATH`: a reference to a file, without opening the file itself.
  static let path: Int32 = 0o10000000
  /// `__O_TMPFILE`, which is used together with `O_DIRECTORY`.
  static let temporary: Int32 = 0o20000000
}
