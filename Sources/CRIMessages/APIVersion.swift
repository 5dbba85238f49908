/// The versions of the CRI that are in use. Messages that exist in both versions are identical.
public enum APIVersion: String, Hashable, Sendable, CaseIterable, CustomStringConvertible {
  /// The current version.
  case v1
  /// The version of runtimes up to Kubernetes 1.25; containerd up to 1.5 supports only this one.
  case v1alpha2

  /// The version as it appears in the name of a service, such as `v1`.
  public var description: String { rawValue }
}
