internal import CRIProtobufC
internal import Glibc

/// The state of an arena, at a fixed address that C code may keep.
struct ArenaState {
  static let alignment = 8
  static let maximumStep = 8 << 20

  var allocator = ProtobufCAllocator()
  private(set) var hasFailed = false
  private(set) var isOverLimit = false
  private(set) var footprint = 0
  private var next: UnsafeMutableRawPointer
  private var end: UnsafeMutableRawPointer
  private var chunks: [UnsafeMutableRawBufferPointer]
  private var allocationsLeft: Int
  private let limit: Int

  static var allocatorOffset: Int { MemoryLayout<ArenaState>.offset(of: \.allocator) ?? 0 }

  init(capacity: Int, limit: Int, allocationsLeft: Int) {
    let chunk = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(capacity, Self.alignment), alignment: Self.alignment)
    // The chunk is not empty, so it has an address.
    next = UnsafeMutableRawPointer(chunk.baseAddress.unsafelyUnwrapped)
    end = next + chunk.count
    chunks = [chunk]
    footprint = chunk.count
    self.allocationsLeft = allocationsLeft
    self.limit = limit
  }

  mutating func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
    guard allocationsLeft > 0 else {
      hasFailed = true
      return nil
    }
    allocationsLeft -= 1
    let start = next
    let room = end - start
    // A size_t beyond Int.max becomes a negative number.
    if size < 0 || size > room { return allocateInNewChunk(size) }
    next = start + min(room, (size + Self.alignment - 1) & ~(Self.alignment - 1))
    return start
  }

  private mutating func allocateInNewChunk(_ size: Int) -> UnsafeMutableRawPointer? {
    let last = chunks.last?.count ?? 0
    // The growth stays within the limit unless the requested size alone exceeds it.
    let room = max(limit - footprint, 0)
    let byteCount = max(size, min(last * 2, max(last, Self.maximumStep), room))
    if size > room {
      isOverLimit = true
      hasFailed = true
      return nil
    }
    guard size >= 0, size <= Int.max / 2,
      let memory = malloc((byteCount + Self.alignment - 1) & ~(Self.alignment - 1))
    else {
      hasFailed = true
      return nil
    }
    let chunk = UnsafeMutableRawBufferPointer(
      start: memory, count: (byteCount + Self.alignment - 1) & ~(Self.alignment - 1))
    chunks.append(chunk)
    footprint += chunk.count
    next = memory + ((size + Self.alignment - 1) & ~(Self.alignment - 1))
    end = memory + chunk.count
    return memory
  }

  mutating func reset() {
    if chunks.count > 1, let largest = chunks.max(by: { $0.count < $1.count }) {
      for chunk in chunks where chunk.baseAddress != largest.baseAddress { chunk.deallocate() }
      chunks = [largest]
      footprint = largest.count
    }
    next = chunks[0].baseAddress.unsafelyUnwrapped
    end = next + chunks[0].count
  }

  mutating func releaseChunks() {
    for chunk in chunks { chunk.deallocate() }
    chunks = []
  }
}
