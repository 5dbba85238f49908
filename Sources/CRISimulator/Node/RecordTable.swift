/// The reason why no record was found for an ID.
enum RecordLookupError: Error { case empty, absent, ambiguous }

/// An object with an ID.
protocol Record: Sendable {
  var id: String { get }
}

/// Records in the order in which they were added. They can be found by ID or by a unique prefix of the ID.
struct RecordTable<Element: Record>: Sendable {
  // Removed records leave an empty slot, so that removing many records does not take quadratic time.
  private var slots: [Element?] = []
  private var positions: [String: Int] = [:]

  var count: Int { positions.count }
  var all: [Element] { slots.compactMap { $0 } }

  subscript(id: String) -> Element? {
    get { positions[id].flatMap { slots[$0] } }
    set {
      switch (positions[id], newValue) {
      case (let position?, let record?): slots[position] = record
      case (let position?, nil):
        slots[position] = nil
        positions[id] = nil
        if slots.count > 64, positions.count * 2 < slots.count { compact() }
      case (nil, let record?):
        positions[id] = slots.count
        slots.append(record)
      case (nil, nil): break
      }
    }
  }

  private mutating func compact() {
    slots = slots.filter { $0 != nil }
    for (position, record) in slots.enumerated() { if let record { positions[record.id] = position } }
  }

  /// Changes each record in place. Its ID must not change.
  mutating func updateEach(_ change: (inout Element) -> Void) {
    for position in slots.indices {
      guard var record = slots[position] else { continue }
      slots[position] = nil
      change(&record)
      slots[position] = record
    }
  }

  /// Returns the record with the given ID or, if no record has this ID, the only record whose ID begins with it.
  func find(_ text: String) throws(RecordLookupError) -> Element {
    if let record = self[text] { return record }
    guard !text.isEmpty else { throw .empty }
    let matches = positions.keys.filter { $0.hasPrefix(text) }
    guard matches.count < 2 else { throw .ambiguous }
    guard let id = matches.first, let record = self[id] else { throw .absent }
    return record
  }
}
