internal import CRIMessages
internal import CRIProtobuf

extension Snapshot {
  /// The pause image for new pods; nil if it is unknown.
  ///
  /// If the runtime does not report its configuration (containerd 2), this is the pause image of the newest pod. An
  /// upgrade may since have changed the configured image, and the older one may have been removed; then this is the
  /// pinned image, because containerd 2 pins the configured one.
  public var pauseImage: String? {
    if let reported = runtime.settings?.pauseImage { return reported }
    let newest = sandboxes.filter { $0.facts.pauseImage != nil }.max { $0.status.createdAt < $1.status.createdAt }
    guard let image = newest?.facts.pauseImage, !images.contains(where: { $0.hasName(image) }) else {
      return newest?.facts.pauseImage
    }
    return images.first { $0.pinned && !$0.repoTags.isEmpty }?.repoTags.first ?? image
  }
}
