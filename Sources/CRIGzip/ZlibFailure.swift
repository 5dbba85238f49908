/// The reason why zlib could not compress or decompress.
package enum ZlibFailure: Error, Hashable, Sendable {
  /// The bytes do not conform to RFC 1950, or were compressed with a different dictionary.
  case damaged
  /// The decompressed bytes exceed the limit: they are a decompression bomb, or the limit is too small.
  case tooLarge(limit: Int)
  case outOfMemory
}
