/// What a change loses when a preflight rule is violated.
public enum PredictedLoss: String, Hashable, Sendable, CaseIterable {
  /// The change itself loses nothing.
  case nothing
  /// kubelet kills or recreates the pods, or the runtime deletes them.
  case pods
  /// Containers are restarted or become unmanageable in pods that stay.
  case containers
  /// Pods stay but get different addresses.
  case addresses
  /// Everything survives, but the runtime reports different facts than before.
  case records
  /// The daemon does not start again.
  case daemon
  /// The daemon starts, but kubelet cannot use it.
  case service
}
