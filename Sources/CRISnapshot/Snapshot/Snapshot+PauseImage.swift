internal import CRIMessages
internal import CRIProtobuf

extension Snapshot {
  /// The image of new pods' pause processes, as far as anything tells; nil where nothing does.
  ///
  /// Where the configuration is not told (containerd 2), it is what the newest pod was made from. An upgrade may have
  /// brought another since, so that the older one may go: containerd 2 pins the one that it is configured for.
  public var pauseImage: String? {
    if let told = runtime.settings?.pauseImage { return told }
    let newest = sandboxes.filter { $0.facts.pauseImage != nil }.max { $0.status.createdAt < $1.status.createdAt }
    guard let image = newest?.facts.pauseImage, !images.contains(where: { $0.isCalled(image) }) else {
      return newest?.facts.pauseImage
    }
    return images.first { $0.pinned && !$0.repoTags.isEmpty }?.repoTags.first ?? image
  }
}
