internal import CRIMessages
internal import CRIProtobuf

extension Snapshot {
  /// The pause image for new pods; nil if it is unknown.
  ///
  /// If the runtime does not report its configuration (containerd 2), this is the pause image of the newest pod. If
  /// that image has been removed, because an upgrade may have changed the configured image since then, this is the
  /// pinned image: containerd 2 pins the configured image.
  public var pauseImage: String? {
    if let reported = runtime.settings?.pauseImage { return reported }
    let newest = sandboxes.filter { $0.facts.pauseImage != nil }.max { $0.status.createdAt < $1.status.createdAt }
    guard let image = newest?.facts.pauseImage, !images.contains(where: { $0.hasName(image) }) else {
      return newest?.facts.pauseImage
    }
    return images.first { $0.pinned && !$0.repoTags.isEmpty }?.repoTags.first ?? image
  }
}
