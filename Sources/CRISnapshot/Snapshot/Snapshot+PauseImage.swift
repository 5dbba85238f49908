internal import CRIMessages
internal import CRIProtobuf

extension Snapshot {
  /// The pause image for new pods; nil if it is unknown.
  ///
  /// If the configuration is not reported (containerd 2), it is that of the newest pod. An upgrade may have changed it
  /// since, so the older image may be removed: containerd 2 pins the configured one.
  public var pauseImage: String? {
    if let reported = runtime.settings?.pauseImage { return reported }
    let newest = sandboxes.filter { $0.facts.pauseImage != nil }.max { $0.status.createdAt < $1.status.createdAt }
    guard let image = newest?.facts.pauseImage, !images.contains(where: { $0.isCalled(image) }) else {
      return newest?.facts.pauseImage
    }
    return images.first { $0.pinned && !$0.repoTags.isEmpty }?.repoTags.first ?? image
  }
}
