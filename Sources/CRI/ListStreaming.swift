/// When a client requests lists as streams of several messages (`StreamContainers` and others, since Kubernetes 1.36).
///
/// A runtime does not announce whether it supports streams. If it does not support them, it returns UNIMPLEMENTED, and
/// the client then requests the list as one message. Every choice returns the same lists, except that `never` fails for
/// a list that exceeds the size limit of one message (16 MiB with containerd).
public struct ListStreaming: Hashable, Sendable {
  enum Kind: Hashable { case whenTooLong, first, never }

  let kind: Kind

  /// Requests one message. If the list is too long for it, this and all later lists are requested as streams. This is
  /// the default, and the best choice for containerd, which does not support streams yet.
  public static let whenTooLong = ListStreaming(kind: .whenTooLong)

  /// Requests a stream, and one message from then on if the runtime does not support streams. This saves a failing call
  /// for each long list if the runtime supports streams, as CRI-O does.
  public static let first = ListStreaming(kind: .first)

  /// Requests one message only. A list that is too long for it fails with `.responseTooLarge` or RESOURCE_EXHAUSTED.
  public static let never = ListStreaming(kind: .never)
}
