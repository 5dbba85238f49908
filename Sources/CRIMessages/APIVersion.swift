/// The versions of the CRI that are in use. Messages that both versions have are the same.
public enum APIVersion: String, Hashable, Sendable, CaseIterable, CustomStringConvertible {
  /// The current version.
  case v1
  /// Runtimes up to Kubernetes 1.25; containerd 1.5 and before know only this.
  case v1alpha2

  /// The version as in the name of a service, such as `v1`.
  public var description: String { rawValue }
}
