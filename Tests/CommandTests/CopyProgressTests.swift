import Testing

@testable import CRICommands

@Suite struct CopyProgressTests {
  @Test(
    arguments: [
      (0, 100, 1, "[>                             ]   0%  0B  0B/s"),
      (50_000_000, 100_000_000, 2, "[===============>              ]  50%  50MB  25MB/s"),
      (100, 100, 1, "[==============================] 100%  100B  100B/s"), (2000, nil, 2, "2kB  1kB/s"),
      // A file that grows is not copied beyond its initial size, but a directory has no size.
      (300, 100, 1, "[==============================] 100%  300B  300B/s"), (5, 0, 0, "5B  0B/s"),
    ] as [(Int, Int?, Int, String)])
  func `the line shows the share, the amount and the rate`(_ bytes: Int, _ total: Int?, _ time: Int, _ line: String) {
    #expect(CopyProgress.line(bytes, of: total, after: .seconds(time)) == line)
  }
}
