internal import CRIProtobuf
internal import CRIWire

// These functions are in the same module as the generated code, so that the compiler specialises them for each type.
extension CDecoder {
  mutating func message<M: CMessage>(_ c: UnsafeMutablePointer<M.C>?) -> M? {
    guard let c else { return nil }
    return M(decoding: UnsafePointer(c), &self)
  }

  mutating func messages<M: CMessage>(
    _ count: Int, _ items: UnsafeMutablePointer<UnsafeMutablePointer<M.C>?>?
  ) -> [M] {
    guard let items, count > 0 else { return [] }
    var messages: [M] = []
    messages.reserveCapacity(count)
    for index in 0..<count {
      if let item = items[index] { messages.append(M(decoding: UnsafePointer(item), &self)) }
    }
    return messages
  }

  mutating func map(
    _ count: Int, _ entries: UnsafeMutablePointer<UnsafeMutablePointer<Runtime__V1__MapEntry>?>?
  ) -> StringMap {
    guard let entries, count > 0 else { return [:] }
    if isSelective {
      let copied = (0..<count).filter { index in entries[index].map { copies($0.pointee.key) } ?? false }
      guard !copied.isEmpty else { return [:] }
      return map(copied.count) { entries[copied[$0]] }
    }
    return map(count) { entries[$0] }
  }

  private mutating func map(
    _ count: Int, _ entry: (Int) -> UnsafeMutablePointer<Runtime__V1__MapEntry>?
  ) -> StringMap {
    StringMap(count: count) { index in
      guard let entry = entry(index) else { return ("", "") }
      return (key(entry.pointee.key), string(entry.pointee.value))
    }
  }
}
