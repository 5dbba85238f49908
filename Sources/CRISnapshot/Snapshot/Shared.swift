/// A value that its copies share until one of them changes it.
struct Shared<Value: Hashable & Sendable>: Hashable, Sendable {
  private final class Storage: Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
  }

  private var storage: Storage

  init(_ value: Value) { storage = Storage(value) }

  var value: Value {
    _read { yield storage.value }
    _modify {
      var value = storage.value
      defer { storage = Storage(value) }
      yield &value
    }
  }

  static func == (a: Self, b: Self) -> Bool { a.storage === b.storage || a.value == b.value }
  func hash(into hasher: inout Hasher) { hasher.combine(value) }
}
