internal import CRI
internal import CRIRendering

/// Images as `crictl images` shows them.
struct ImageText: ListText {
  let images: [Image]
  var showsWhole = false
  var showsDigests = false
  var showsPinned = false

  var ids: [String] { images.map(\.id) }

  var table: [UInt8] {
    var table = Table(
      ["IMAGE", "TAG"] + (showsDigests ? ["DIGEST"] : []) + ["IMAGE ID", "SIZE"]
        + (showsPinned ? ["PINNED"] : []))
    for image in images {
      let names = ImageNames(repoTags: image.repoTags, repoDigests: image.repoDigests)
      for name in names.tagged {
        table.append(
          [name.repository, name.tag] + (showsDigests ? [id(names.digest)] : [])
            + [id(image.id), HumanSize.text(bytes: image.size)] + (showsPinned ? ["\(image.pinned)"] : []))
      }
    }
    return table.utf8()
  }

  private func id(_ id: String) -> String { showsWhole ? id : ShortID.ofImage(id) }

  /// As with `--verbose`.
  var details: String { images.map { details($0).text }.joined() }

  private func details(_ image: Image) -> Details {
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
