/// The values from which on something counts as wrong.
public enum DoctorLimits {
  /// The duration of a call that is too long. kubelet repeats most of them every second.
  public static let slowCall = Duration.seconds(1)
  /// The share of a limit, in percent, from which on the limit is close.
  public static let closePercent = 80
  /// The number of threads at which a Go program ends (runtime/debug, `SetMaxThreads`).
  public static let goThreads = 10_000
  /// The age of a runtime's process below which the runtime counts as recently restarted.
  public static let recentRestart = Duration.seconds(600)
  /// The time in which kubelet starts a container that it has created.
  public static let startTime = Duration.seconds(120)
  /// The time in which kubelet creates the first container of a pod, including the time to pull its image.
  public static let emptyPod = Duration.seconds(600)
  /// The number of restarts from which on a container can be in a crash loop.
  public static let crashes: UInt32 = 3
  /// The time within which a crash counts. kubelet waits at most five minutes between two restarts.
  public static let recentCrash = Duration.seconds(900)
  /// A container that ran longer than this is not in a crash loop: kubelet then resets its waiting time
  /// (`MaxContainerBackOff` in kubelet's `kubelet.go`, twice five minutes).
  public static let longRun = Duration.seconds(600)
  /// The time within which an OOM kill counts.
  public static let recentOOMKill = Duration.seconds(3600)
  /// The size of a log in bytes that is too large. kubelet rotates logs at 10 MiB by default.
  public static let hugeLog: UInt64 = 1 << 30
  /// The share of an address range, in percent, from which on the range is nearly full.
  public static let fullRangePercent = 90
}
