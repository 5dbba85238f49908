internal import CRIProtobufC

/// Memory that is handed out piece by piece and given back all at once; protobuf-c's allocator.
///
/// The pieces are aligned to 8 bytes and stay valid until `reset()` or the arena's end.
package struct Arena: ~Copyable {
  private let state: UnsafeMutablePointer<ArenaState>

  /// - Parameters:
  ///   - capacity: the first chunk, in bytes; more chunks come as they are needed.
  ///   - limit: the most bytes that it asks of the system for protobuf-c; an allocation beyond it fails.
  ///   - failingAllocation: for tests: the allocation of this number (0 is the first) and all after it fail.
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

  /// Takes all pieces back; the largest chunk is kept for the next ones.
  package func reset() { state.pointee.reset() }

  /// Whether an allocation has failed since the arena began.
  package var hasFailed: Bool { state.pointee.hasFailed }

  /// Whether an allocation has failed for the limit's sake.
  var isOverLimit: Bool { state.pointee.isOverLimit }

  /// Bytes asked of the system.
  package var footprint: Int { state.pointee.footprint }

  /// What protobuf-c's functions take; valid as long as the arena.
  var allocator: UnsafeMutablePointer<ProtobufCAllocator> {
    UnsafeMutableRawPointer(state).advanced(by: ArenaState.allocatorOffset)
      .assumingMemoryBound(to: ProtobufCAllocator.self)
  }

  /// Room for `count` values, not initialized; traps where there is no memory.
  package func allocate<T: BitwiseCopyable>(_ type: T.Type, count: Int) -> UnsafeMutablePointer<T> {
    allocate(byteCount: count * MemoryLayout<T>.stride).assumingMemoryBound(to: T.self)
  }

  package func allocate(byteCount: Int) -> UnsafeMutableRawPointer {
    guard let memory = state.pointee.allocate(byteCount) else { preconditionFailure("out of memory") }
    return memory
  }
}
