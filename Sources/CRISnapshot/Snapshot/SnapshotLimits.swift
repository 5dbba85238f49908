package import CRIMessages

/// What a snapshot must satisfy to be compared with another one.
extension Snapshot {
  /// The most sandboxes, containers, images and unchecked objects of one snapshot, taken together. kubelet runs 110 pods on a
  /// node by default.
  package static let largestCount = 100_000

  /// Checks that an ID names one object: of two containers with one ID, a comparison would miss one.
  ///
  /// A container without its sandbox is allowed, because the sandbox may have been removed between the two lists.
  func checkIDs() throws(SnapshotError) {
    try Self.checkUnique(sandboxes.map(\.id), as: .pod)
    try Self.checkUnique(containers.map(\.id), as: .container)
    try Self.checkUnique(images.map(\.plainID), as: .image)
    // What was read and what was not exclude each other.
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
  /// One entry an image, with the names of all its entries: CRI-O lists an image once for each store that has it.
  package var merged: [Image] {
    var result: [Image] = []
    var places: [String: Int] = [:]
    for image in self {
      guard let place = places[image.plainID] else {
        places[image.plainID] = result.count
        result.append(image)
        continue
      }
      result[place].repoTags += image.repoTags.filter { !result[place].repoTags.contains($0) }
      result[place].repoDigests += image.repoDigests.filter { !result[place].repoDigests.contains($0) }
      if image.pinned { result[place].pinned = true }
    }
    return result
  }
}

extension Image {
  /// containerd writes the kind of digest before an image's ID, CRI-O does not.
  package var plainID: String { id.hasPrefix("sha256:") ? String(id.dropFirst(7)) : id }
}
