internal import CRIJSON
package import CRIMessages

/// The conditions that a snapshot must satisfy to be comparable.
extension Snapshot {
  /// The maximum number of sandboxes, containers, images and unchecked objects in one snapshot, taken together. kubelet
  /// runs 110 pods on a node by default.
  package static let maximumCount = 100_000

  /// The memory in bytes that the document's records take, in addition to their strings, when they are read and compared.
  ///
  /// A record takes this much even if its text is only an ID. In the text that `snapshot` writes, a pod has at least 1,000
  /// bytes, a container 2,000, and an image 280.
  static func recordMemory(of root: JSON) -> Int {
    let sizes = ["sandboxes": 10 << 10, "containers": 10 << 10, "images": 2 << 10]
    return sizes.reduce(0) { $0 + $1.value * (root[$1.key]?.arrayValue?.count ?? 0) }
  }

  /// Checks that every ID is unique: a comparison would miss one of two containers with the same ID.
  ///
  /// A container without its sandbox is allowed, because the sandbox may have been removed between the two lists.
  func checkIDs() throws(SnapshotError) {
    try Self.checkUnique(sandboxes.map(\.id), as: .pod)
    try Self.checkUnique(containers.map(\.id), as: .container)
    try Self.checkUnique(images.map(\.plainID), as: .image)
    // An object is either read or unchecked, never both.
    let objects = unchecked.compactMap(\.object).filter { !$0.id.isEmpty }
    try Self.checkUnique(sandboxes.map(\.id) + objects.filter { $0.kind == .pod }.map(\.id), as: .pod)
    try Self.checkUnique(containers.map(\.id) + objects.filter { $0.kind == .container }.map(\.id), as: .container)
  }

  private static func checkUnique(_ ids: [String], as kind: ObjectName.Kind) throws(SnapshotError) {
    if let id = ids.firstDuplicate { throw .duplicate(kind, id: id) }
  }
}

extension [String] {
  /// An element that occurs twice; nil if every element is unique.
  package var firstDuplicate: String? {
    var seen: Set<String> = []
    return first { !seen.insert($0).inserted }
  }
}

extension [Image] {
  /// One entry for each image, with all of its names: CRI-O lists an image once for each store that has it.
  package var merged: [Image] {
    var result: [Image] = []
    var positions: [String: Int] = [:]
    for image in self {
      guard let position = positions[image.plainID] else {
        positions[image.plainID] = result.count
        result.append(image)
        continue
      }
      result[position].repoTags += image.repoTags.filter { !result[position].repoTags.contains($0) }
      result[position].repoDigests += image.repoDigests.filter { !result[position].repoDigests.contains($0) }
      if image.pinned { result[position].pinned = true }
    }
    return result
  }
}

extension Image {
  /// The ID without the name of its hash algorithm, which containerd prepends and CRI-O does not.
  package var plainID: String { id.hasPrefix("sha256:") ? String(id.dropFirst(7)) : id }
}
