import CRIMessages
import CRIProtobuf
import Testing

@Suite("Arena")
struct ArenaTests {
  @Test("a failure of any allocation is reported as out of memory")
  func failingAllocations() throws {
    let message = try Samples.make(PodSandboxStatusResponse.self)
    let bytes = message.encode()
    var failures = 0
    while failures < 10_000 {
      let arena = Arena(failingAllocation: failures)
      do throws(DecodeError) {
        let decoded = try PodSandboxStatusResponse.decode(bytes, in: arena)
        #expect(decoded == message)
        let hasFailed = arena.hasFailed
        #expect(!hasFailed)
        break
      } catch {
        #expect(error.reason == .outOfMemory)
        let hasFailed = arena.hasFailed
        #expect(hasFailed)
        failures += 1
      }
    }
    #expect((100..<10_000).contains(failures))
  }

  @Test("the size of the arena does not depend on the length of a list")
  func longList() throws {
    let container = try Samples.make(Container.self)
    let list = ListContainersResponse(containers: Array(repeating: container, count: 2000))
    let bytes = list.encode()
    let arena = Arena()
    let decoded = try ListContainersResponse.decode(bytes, in: arena)
    let footprint = arena.footprint
    #expect(decoded == list)
    #expect(bytes.count > 500_000)
    #expect(footprint <= 32 << 10)
  }

  @Test("memory is aligned and is reused after a reset")
  func alignment() {
    let arena = Arena(capacity: 64)
    for size in [1, 8, 3, 0, 40, 100, 4096, 7, 1] {
      let memory = arena.allocate(byteCount: size)
      #expect(UInt(bitPattern: memory) % 8 == 0)
      memory.initializeMemory(as: UInt8.self, repeating: 0xAA, count: size)
    }
    let grown = arena.footprint
    arena.reset()
    let kept = arena.footprint
    #expect((4096..<grown).contains(kept))
    let first = arena.allocate(byteCount: 16)
    arena.reset()
    let again = arena.allocate(byteCount: 16)
    #expect(again == first)
  }
}
