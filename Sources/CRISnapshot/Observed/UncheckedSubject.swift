public import CRIRules

/// What was not examined.
public enum UncheckedSubject: Hashable, Sendable {
  // In a snapshot.

  /// The details of a sandbox or container.
  /// - `isLive`: Whether the object is ready or running according to the runtime's list.
  case details(ObjectName, isLive: Bool?)
  /// The list of images.
  case images
  /// A source of facts about many objects.
  case source(ObservedSource)
  /// The version of the program at this path.
  case ociRuntimeVersion(String)
  /// The text in a document of an older schema.
  case recorded(String)

  // When two snapshots are compared.

  case otherPods
  case namespace(String)
  case rule(RuleID)
  case restartPolicies([PodName])
  case networks([PodName])
  case successors(count: Int)
  /// Pods without a ready sandbox, which kubelet does not recreate if they have one of these policies.
  case endings([PodName], policies: [RestartPolicy])
  case pauseProcesses(count: Int, of: Int)
  case kernelFacts
  /// Objects that the runtime had announced after the earlier snapshot.
  case announced(count: Int)
  case daemonRestart
  case nodeReboot(isExpected: Bool)
  case kubeletRestart
  case nodeName
  case runtimeHandlers
  case pauseImage

  // Before a change.

  case restart
  case advisories
  case bundledRuntime
}
