/// Values by stream ID.
///
/// The IDs are stored as `UInt64`, which is also the type of the keys of `ConnectionLoop`: for each other type of key, the
/// Swift runtime searches the conformances of the whole program when the first connection is opened, which takes 1 % of
/// the time of `cri ps`.
struct StreamMap<Value> {
  private var values: [UInt64: Value] = [:]

  subscript(stream: Int32) -> Value? {
    get { values[UInt64(stream.magnitude)] }
    _modify { yield &values[UInt64(stream.magnitude)] }
  }

  mutating func removeValue(of stream: Int32) -> Value? { values.removeValue(forKey: UInt64(stream.magnitude)) }
}

extension StreamMap: Sendable where Value: Sendable {}
