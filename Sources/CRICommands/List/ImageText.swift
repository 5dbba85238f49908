internal import CRI
internal import CRIText

/// Images as `crictl images` prints them.
struct ImageText: ListText {
  typealias Element = Image

  var elements: [Image]
  var showsFullIDs = false
  var showsDigests = false
  var showsPinned = false
  /// Whether all columns are shown.
  var isWide = false

  var document: ListImagesResponse { ListImagesResponse(images: elements) }

  var columns: [Table.Column] {
    ["IMAGE", "TAG"] + (showsDigests || isWide ? ["DIGEST"] : []) + ["IMAGE ID", "SIZE"]
      + (showsPinned || isWide ? ["PINNED"] : []) + (isWide ? ["USER"] : [])
  }

  static var sortKeys: [String: SortOrder<Self>.Key] {
    [
      "id": { .text($1.id) }, "image": { .text($1.repoTags.first ?? $1.repoDigests.first ?? "") },
      "tag": { .text(names(of: $1).tagged.first?.tag ?? "") }, "digest": { .text(names(of: $1).digest) },
      "size": { .amount($1.size) }, "pinned": { .text("\($1.pinned)") }, "user": { .text(user(of: $1)) },
    ]
  }

  func rows(_ image: Image) -> [[Table.Cell]] {
    let names = Self.names(of: image)
    return names.tagged.map { name in
      var cells = [Table.Cell(name.repository), Table.Cell(name.tag)]
      if showsDigests || isWide { cells.append(Table.Cell(id(names.digest))) }
      cells += [Table.Cell(id(image.id)), Table.Cell(HumanSize.text(bytes: image.size))]
      if showsPinned || isWide { cells.append(Table.Cell("\(image.pinned)")) }
      if isWide { cells.append(Table.Cell(Self.user(of: image))) }
      return cells
    }
  }

  private static func names(of image: Image) -> ImageNames {
    ImageNames(repoTags: image.repoTags, repoDigests: image.repoDigests)
  }

  private static func user(of image: Image) -> String {
    image.username.isEmpty ? image.uid.map { "\($0.value)" } ?? "-" : image.username
  }

  private func id(_ id: String) -> String { showsFullIDs ? id : ShortID.ofImage(id) }

  func id(_ image: Image) -> String { image.id }

  func name(_ image: Image) -> String { image.repoTags.first ?? image.repoDigests.first ?? image.id }

  func details(_ image: Image) -> Details {
    var details = Details()
    details.line("ID", image.id)
    for tag in image.repoTags { details.line("RepoTags", tag) }
    for digest in image.repoDigests { details.line("RepoDigests", digest) }
    if image.size != 0 { details.line("Size", "\(image.size)") }
    if let uid = image.uid { details.line("Uid", "value:\(uid.value)") }
    if !image.username.isEmpty { details.line("Username", image.username) }
    if image.pinned { details.line("Pinned", "true") }
    return details
  }
}
