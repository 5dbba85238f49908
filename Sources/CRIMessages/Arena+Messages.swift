internal import CRIProtobuf
internal import CRIWire

// These functions are in the same module as the generated code, so that the compiler specialises them for each type.
extension Arena {
  func message<M: CMessage>(_ message: M?) -> UnsafeMutablePointer<M.C>? {
    guard let message else { return nil }
    return encode(message)
  }

  func messages<M: CMessage>(_ messages: [M]) -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<M.C>?>?) {
    guard !messages.isEmpty else { return (0, nil) }
    let items = allocate(UnsafeMutablePointer<M.C>?.self, count: messages.count)
    for (index, message) in messages.enumerated() { items[index] = encode(message) }
    return (messages.count, items)
  }

  func map(_ map: StringMap) -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<Runtime__V1__MapEntry>?>?) {
    guard !map.isEmpty else { return (0, nil) }
    let items = allocate(UnsafeMutablePointer<Runtime__V1__MapEntry>?.self, count: map.count)
    for (index, pair) in map.enumerated() {
      let entry = zeroed(Runtime__V1__MapEntry.self, runtime__v1__map_entry__pointer())
      entry.pointee.key = string(pair.key)
      entry.pointee.value = string(pair.value)
      items[index] = entry
    }
    return (map.count, items)
  }
}
