internal import CRIJSON

/// An entry of `unchecked` in a snapshot's document.
extension Unchecked {
  var json: JSON {
    var document: JSONObject = [:]
    switch subject {
    case .details(let object, let isLive):
      document["subject"] = "details"
      document["object"] = object.json
      document["isLive"] = isLive.map { .bool($0) }
    case .images: document["subject"] = "images"
    case .source(let source): document["subject"] = .string(source.rawValue)
    case .ociRuntimeVersion(let path):
      document["subject"] = "oci-runtime-version"
      document["path"] = .string(path)
    case .recorded(let text):
      document["subject"] = "recorded"
      document["text"] = .string(text)
    // The remaining subjects are produced only by comparisons; snapshots never contain them.
    default: document["subject"] = "other"
    }
    document["reason"] = reason.json
    if count != 1 { document["count"] = JSON(count) }
    document["required"] = .bool(isRequired)
    return .object(document)
  }

  init(_ reader: DocumentReader) throws(SnapshotError) {
    self.init(
      try UncheckedSubject(reader), try UnknownReason(try reader.object("reason")),
      count: try reader.optional("count") { $0.intValue.flatMap { Int(exactly: $0) } } ?? 1,
      isRequired: try reader.flag("required"))
  }

  /// Reads an entry of `unread` or `notChecked` in a document of schema 1, in which the subject and the reason are
  /// text.
  init(schema1 reader: DocumentReader, isRequired: Bool) throws(SnapshotError) {
    let (text, reason) = (
      try reader.string("what"), UnknownReason(.recorded, message: try reader.string("why"))
    )
    let kind = try reader.optional("kind", \.stringValue).flatMap(ObjectName.Kind.init(rawValue:))
    let id = try reader.optional("id", \.stringValue) ?? ""
    let pod = try reader.optionalMember("pod") { (pod) throws(SnapshotError) in
      PodName(namespace: try pod.string("namespace"), name: try pod.string("name"), uid: try pod.string("uid"))
    }
    let isLive = try reader.optional("isLive", \.boolValue)
    switch kind {
    case .pod?, .container?:
      self.init(.details(ObjectName(kind ?? .pod, pod: pod, id: id), isLive: isLive), reason, isRequired: isRequired)
    case .image?: self.init(.images, reason, isRequired: isRequired)
    default: self.init(.recorded(text), reason, isRequired: isRequired)
    }
  }
}

extension UncheckedSubject {
  fileprivate init(_ reader: DocumentReader) throws(SnapshotError) {
    let subject = try reader.string("subject")
    switch subject {
    case "details":
      self = .details(
        try ObjectName(try reader.object("object")), isLive: try reader.optional("isLive", \.boolValue))
    case "images": self = .images
    case "oci-runtime-version": self = .ociRuntimeVersion(try reader.string("path"))
    case "recorded": self = .recorded(try reader.string("text"))
    default: self = ObservedSource(rawValue: subject).map { .source($0) } ?? .recorded(subject)
    }
  }
}
