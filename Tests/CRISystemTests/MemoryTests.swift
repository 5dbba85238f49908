import CRISystem
import TestSupport
import Testing

@Suite struct MemoryTests {
  /// The amounts in KiB that the kernel counts for this process.
  private static func amount(_ name: String) -> Int {
    let line = TestFile.read("/proc/self/status").split(separator: "\n").first { $0.hasPrefix("\(name):") }
    return line?.split(separator: " ").dropLast().last.flatMap { Int($0) } ?? 0
  }

  @Test func `free memory and the pages of the program are returned to the kernel`() {
    var blocks: [[UInt8]]? = (0..<20_000).map { _ in [UInt8](repeating: 1, count: 2000) }
    // The last block keeps the memory before it from being returned at once.
    let last = blocks?.last
    let (heap, program) = (Self.amount("RssAnon"), Self.amount("RssFile"))
    blocks = nil
    Memory.release()
    #expect(Self.amount("RssAnon") < heap - 30_000 && heap > 0)
    #expect(Self.amount("RssFile") < program)
    #expect(last?.count == 2000)
  }
}
