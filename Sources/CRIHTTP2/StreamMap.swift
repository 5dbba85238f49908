/// Values by stream ID.
///
/// The IDs are stored as `UInt64`, which is the key type of `ConnectionLoop` too: for every additional key type, the
/// Swift runtime searches the conformances of the whole program when the first connection is opened. This search takes
/// 1 % of the run time of `cri ps`.
struct StreamMap<Value> {
  private var values: [UInt64: Value] = [:]

  subscript(stream: Int32) -> Value? {
    get { values[UInt64(stream.magnitude)] }
    _modify { yield &values[UInt64(stream.magnitude)] }
  }

  mutating func removeValue(of stream: Int32) -> Value? { values.removeValue(forKey: UInt64(stream.magnitude)) }
}

extension StreamMap: Sendable where Value: Sendable {}
