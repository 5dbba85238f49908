/// Why zlib could not compress or decompress.
package enum ZlibFailure: Error, Hashable, Sendable {
  /// The bytes are not what RFC 1950 describes, or were compressed with another dictionary.
  case damaged
  /// Decompressed, the bytes are more than this many: a decompression bomb, or a limit that is too small.
  case tooLarge(limit: Int)
  case outOfMemory
}
