package import CRIProtobuf

/// Removes what a snapshot must not contain. A snapshot does not copy anything from verbose responses that could
/// contain environment variables, so only the annotations that copy a pod's specification have to be removed.
package enum Secrets {
  static let annotations: Set<String> = ["kubectl.kubernetes.io/last-applied-configuration"]

  package static func removed(from map: StringMap) -> StringMap {
    var clean = map
    for key in annotations where clean[key] != nil { clean[key] = "<left out>" }
    return clean
  }
}
