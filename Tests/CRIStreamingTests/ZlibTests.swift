import CRIGzip
import Testing

@testable import CRIStreaming

struct ZlibTests {
  @Test func dictionary() throws {
    #expect(SPDYDictionary.bytes.count == 1423)
    // FDICT with the Adler-32 checksum that SPDY/3 requires.
    var deflater = try Deflater(dictionary: SPDYDictionary.bytes)
    #expect(try deflater.compress([1]).prefix(6) == [0x78, 0xbb, 0xe3, 0xc6, 0xa7, 0xc2])
  }

  @Test func `blocks share their compression context`() throws {
    var deflater = try Deflater(dictionary: SPDYDictionary.bytes)
    var inflater = try Inflater(dictionary: SPDYDictionary.bytes)
    var sizes: [Int] = []
    for block in [
      [UInt8]("streamtype: stdin"), [], [UInt8]("streamtype: stdin"), [UInt8](repeating: 7, count: 100_000),
    ] {
      let compressed = try deflater.compress(block)
      sizes.append(compressed.count)
      #expect(try inflater.decompress(compressed, limit: 100_000) == block)
    }
    #expect(sizes[2] < sizes[0] / 2)
  }

  /// Memory does not grow beyond the limit, regardless of what the bytes claim.
  @Test func `a decompression bomb is refused`() throws {
    var deflater = try Deflater()
    let bomb = try deflater.compress([UInt8](repeating: 0, count: 50 << 20))
    #expect(bomb.count < 64 << 10)
    var inflater = try Inflater()
    #expect(throws: ZlibFailure.tooLarge(limit: 4096)) { try inflater.decompress(bomb, limit: 4096) }
  }

  @Test func `damaged data is refused`() throws {
    var deflater = try Deflater(dictionary: [1, 2, 3])
    let good = try deflater.compress([UInt8]("something"))
    let cases: [(dictionary: [UInt8], bytes: [UInt8])] = [
      ([], good), ([1, 2], good), ([1, 2, 3], Array(good.dropFirst())), ([1, 2, 3], [0, 0, 0, 0]),
    ]
    for (dictionary, bytes) in cases {
      var inflater = try Inflater(dictionary: dictionary)
      #expect(throws: ZlibFailure.damaged) { try inflater.decompress(bytes, limit: 1000) }
    }
  }
}
