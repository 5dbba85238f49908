/// Flags of open(2) that are GNU macros, or not macros of one value.
enum OpenFlags {
  /// `O_PATH`: a place in the file system, without opening what is there.
  static let path: Int32 = 0o10000000
  /// `__O_TMPFILE`; goes with `O_DIRECTORY`.
  static let temporary: Int32 = 0o20000000
}
