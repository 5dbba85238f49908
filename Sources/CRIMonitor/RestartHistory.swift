public import CRIJSON

/// The restarts of the runtime on this node, the oldest first. It is limited in number and in bytes.
public struct RestartHistory: Hashable, Sendable {
  /// The version of the document.
  public static let schema = 1
  static let kind = "cri-history"
  /// The maximum number of entries.
  public static let maximumCount = 500
  /// The maximum size of the document in bytes, as it is written to the disk.
  public static let maximumSize = 512 << 10

  /// The entries, the oldest first.
  public private(set) var entries: [RestartEntry] = []

  /// Creates an empty history.
  public init() {}

  /// Adds an entry, or replaces the one about the same restart. The oldest entries are removed if there are too many.
  public mutating func add(_ entry: RestartEntry) {
    if let position = entries.lastIndex(where: { $0.noticed == entry.noticed }) {
      entries[position] = entry
    } else {
      entries.append(entry)
    }
    entries.removeFirst(max(0, entries.count - Self.maximumCount))
    var size = entries.reduce(0) { $0 + Self.size(of: $1) }
    while size > Self.maximumSize - 1024, !entries.isEmpty { size -= Self.size(of: entries.removeFirst()) }
  }

  private static func size(of entry: RestartEntry) -> Int { entry.json.text().utf8.count + 2 }

  /// The document.
  public var json: JSON {
    ["kind": .string(Self.kind), "schema": JSON(Self.schema), "restarts": .array(entries.map(\.json))]
  }

  /// Reads a document. Entries that this version does not understand are left out.
  /// - Returns: nil if it is not a history.
  public init?(_ json: JSON) {
    guard json["kind"]?.stringValue == Self.kind, json["schema"]?.intValue == Int64(Self.schema),
      let restarts = json["restarts"]?.arrayValue
    else { return nil }
    for restart in restarts.suffix(Self.maximumCount) {
      if let entry = RestartEntry(restart) { add(entry) }
    }
  }
}
