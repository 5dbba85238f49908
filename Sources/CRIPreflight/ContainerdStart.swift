public import CRISnapshot

/// What decides how containerd will start, compared with how it is running.
public struct ContainerdStart: Hashable, Sendable {
  /// The result of reading the configuration.
  public enum Outcome: Hashable, Sendable {
    /// containerd exits.
    case refused(ContainerdConfigurationFault)
    case settings(ContainerdSettings)
  }

  /// The files that containerd will read and its command line.
  public var configuration: Observation<ContainerdConfiguration>
  /// The settings of the running daemon.
  public var running: RunningContainerd
  /// The paths in the configuration that name the same file as the running daemon's path.
  public var samePaths: Set<String>
  /// What is missing in the CNI directories that the configuration names, if they differ from those in use.
  public var networkFaults: Observation<[CNIFault]>
  /// The programs that the default runtime handler needs and that do not exist.
  public var missingPrograms: Observation<[MissingProgram]>

  /// Creates a value with the given properties.
  public init(
    configuration: Observation<ContainerdConfiguration>, running: RunningContainerd = RunningContainerd(),
    samePaths: Set<String> = [], networkFaults: Observation<[CNIFault]> = .known([]),
    missingPrograms: Observation<[MissingProgram]> = .known([])
  ) {
    self.configuration = configuration
    self.running = running
    self.samePaths = samePaths
    self.networkFaults = networkFaults
    self.missingPrograms = missingPrograms
  }

  /// Whether a path of the next start is the one in use; true if the path in use is unknown.
  func isSame(_ next: String, as now: String?) -> Bool {
    guard let now, !now.isEmpty else { return true }
    return PlainText.path(now) == PlainText.path(next) || samePaths.contains(next)
  }
}
