package import CRIProtobuf

/// What a snapshot must not carry. It takes nothing of the verbose answers that could hold an environment variable;
/// what is left are annotations that copy a pod's specification.
package enum Secrets {
  static let annotations: Set<String> = ["kubectl.kubernetes.io/last-applied-configuration"]

  package static func removed(from map: StringMap) -> StringMap {
    var clean = map
    for key in annotations where clean[key] != nil { clean[key] = "<left out>" }
    return clean
  }
}
