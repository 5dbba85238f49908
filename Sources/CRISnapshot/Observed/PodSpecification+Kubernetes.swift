public import CRIJSON

extension PodSpecification {
  /// Reads the output of `kubectl get pods -o json`, the response of kubelet's `/pods` endpoint, or a single pod.
  /// - Returns: nil if the document is anything else. Elements that are not pods are omitted.
  public static func list(_ document: JSON) -> [PodSpecification]? {
    switch document["kind"]?.stringValue {
    case "Pod"?: return PodSpecification(pod: document).map { [$0] }
    case "List"?, "PodList"?: return document["items"]?.arrayValue?.compactMap { PodSpecification(pod: $0) }
    default: return nil
    }
  }

  /// - Returns: nil if the document is not a pod in the API's format.
  private init?(pod document: JSON) {
    // The elements of a PodList have no kind.
    guard document["kind"].map({ $0.isNull || $0.stringValue == "Pod" }) ?? true, let metadata = document["metadata"],
      let name = metadata["name"]?.stringValue, let uid = metadata["uid"]?.stringValue, let spec = document["spec"]
    else { return nil }
    let annotations = metadata["annotations"]
    // The API has a mirror pod for each static pod; to the runtime, the pod's UID is the hash of its manifest.
    let hash = annotations?["kubernetes.io/config.mirror"]?.stringValue
    let owners = metadata["ownerReferences"]?.arrayValue ?? []
    self.init(
      pod: PodName(namespace: metadata["namespace"]?.stringValue ?? "default", name: name, uid: hash ?? uid),
      owner: owners.first { $0["controller"]?.boolValue == true }?["kind"]?.stringValue,
      source: annotations?["kubernetes.io/config.source"]?.stringValue, restartPolicy: Self.policy(of: spec),
      containers: Self.containers(of: spec))
  }

  /// The restart policy in a pod's specification; Always if none is specified.
  package static func policy(of spec: JSON?) -> RestartPolicy { policy(spec) ?? .always }

  private static func policy(_ object: JSON?) -> RestartPolicy? {
    object?["restartPolicy"]?.stringValue.flatMap(RestartPolicy.init(rawValue:))
  }

  /// The containers in a pod's specification, except the ephemeral ones.
  package static func containers(of spec: JSON?) -> [Container] {
    func containers(_ key: String, _ kind: (JSON) -> Container.Kind) -> [Container] {
      (spec?[key]?.arrayValue ?? []).compactMap { item in
        guard let name = item["name"]?.stringValue else { return nil }
        let kind = kind(item)
        return Container(
          name, kind, restartPolicy: kind == .sidecar ? nil : policy(item),
          restartRules: (item["restartPolicyRules"]?.arrayValue ?? []).map { RestartRule($0) })
      }
    }
    return containers("initContainers") { policy($0) == .always ? .sidecar : .initial }
      + containers("containers") { _ in .regular }
  }
}
