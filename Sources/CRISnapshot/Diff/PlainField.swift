internal import CRIJSON

/// Fields of a document whose values can be written in several ways, or whose order does not matter.
enum PlainField {
  /// Returns the normalised value of a field.
  static func plain(_ value: JSON, of field: String) -> JSON {
    switch field {
    case "network.ip": value.mappingStrings(PlainText.address)
    case "network.additionalIps": sorted(value.elements { $0.member("ip", PlainText.address) })
    case "facts.networkNamespace", "logPath": value.mappingStrings(PlainText.path)
    case "facts.interfaces": sorted(value.elements(interface))
    case "image.image", "image.userSpecifiedImage", "imageRef", "imageId", "spec.image", "settings.pauseImage",
      "facts.pauseImage":
      value.mappingStrings(ImageReference.plain)
    // CRI-O's IDs of images do not include the hash algorithm.
    case "id": value.mappingStrings { $0.hasPrefix("sha256:") ? String($0.dropFirst(7)) : $0 }
    case "repoTags", "repoDigests": sorted(value.elements { $0.mappingStrings(ImageReference.plain) })
    case "mounts":
      sorted(value.elements { $0.member("hostPath", PlainText.path).member("containerPath", PlainText.path) })
    default: value
    }
  }

  private static func interface(_ value: JSON) -> JSON {
    var interface = value.member("sandbox", PlainText.path).member("mac") { $0.lowercased() }
    interface["addresses"] = interface["addresses"]?.elements { $0.mappingStrings(PlainText.address) }
    return interface
  }

  private static func sorted(_ value: JSON) -> JSON {
    guard let elements = value.arrayValue else { return value }
    return .array(elements.map { ($0.text(), $0) }.sorted { $0.0 < $1.0 }.map(\.1))
  }
}

extension JSON {
  fileprivate func mappingStrings(_ transform: (String) -> String) -> JSON {
    stringValue.map { .string(transform($0)) } ?? self
  }

  fileprivate func elements(_ transform: (JSON) -> JSON) -> JSON {
    arrayValue.map { .array($0.map(transform)) } ?? self
  }

  fileprivate func member(_ key: String, _ transform: (String) -> String) -> JSON {
    var copy = self
    copy[key] = self[key]?.mappingStrings(transform)
    return copy
  }
}
