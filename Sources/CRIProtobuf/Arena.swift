internal import CRIProtobufC

/// Memory that is allocated in pieces and freed as a whole; protobuf-c's allocator.
///
/// The pieces are aligned to 8 bytes and stay valid until `reset()` is called or the arena is destroyed.
package struct Arena: ~Copyable {
  private let state: UnsafeMutablePointer<ArenaState>

  /// - Parameters:
  ///   - capacity: The size of the first chunk in bytes; more chunks are allocated as needed.
  ///   - limit: The maximum memory in bytes that the arena allocates for protobuf-c; an allocation beyond it fails.
  ///   - failingAllocation: For tests: the allocation with this number (starting at 0) and all later ones fail.
  package init(capacity: Int = 16 << 10, limit: Int = .max, failingAllocation: Int? = nil) {
    state = .allocate(capacity: 1)
    state.initialize(
      to: ArenaState(
        capacity: capacity, limit: limit, allocationsLeft: failingAllocation ?? .max))
    state.pointee.allocator = ProtobufCAllocator(
      alloc: { data, size in data?.assumingMemoryBound(to: ArenaState.self).pointee.allocate(size) },
      free: { _, _ in },
      allocator_data: state)
  }

  deinit {
    state.pointee.releaseChunks()
    state.deinitialize(count: 1)
    state.deallocate()
  }

  /// Frees all pieces, but keeps the largest chunk for later allocations.
  package func reset() { state.pointee.reset() }

  /// Whether any allocation has failed so far.
  package var hasFailed: Bool { state.pointee.hasFailed }

  /// Whether an allocation has failed because of the limit.
  var isOverLimit: Bool { state.pointee.isOverLimit }

  /// The memory that the arena has allocated from the system, in bytes.
  package var footprint: Int { state.pointee.footprint }

  /// The allocator for protobuf-c's functions. It is valid as long as the arena exists.
  var allocator: UnsafeMutablePointer<ProtobufCAllocator> {
    UnsafeMutableRawPointer(state).advanced(by: ArenaState.allocatorOffset)
      .assumingMemoryBound(to: ProtobufCAllocator.self)
  }

  /// Allocates memory for `count` values without initializing it. It traps if memory is exhausted.
  package func allocate<T: BitwiseCopyable>(_ type: T.Type, count: Int) -> UnsafeMutablePointer<T> {
    allocate(byteCount: count * MemoryLayout<T>.stride).assumingMemoryBound(to: T.self)
  }

  package func allocate(byteCount: Int) -> UnsafeMutableRawPointer {
    guard let memory = state.pointee.allocate(byteCount) else { preconditionFailure("out of memory") }
    return memory
  }
}
