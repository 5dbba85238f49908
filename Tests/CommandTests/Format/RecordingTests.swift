import CRICommands
import CRIJSON
import CRIText
import Foundation
import TestSupport
import Testing

@Suite("What crictl prints")
struct RecordingTests {
  /// The output for a runtime, and the time of the output (in nanoseconds since 1970), on which only the ages in tables
  /// depend.
  struct Printed: CustomTestStringConvertible, Sendable {
    let name: String
    let podsAt: Int64
    let containersAt: Int64
    var testDescription: String { name }
  }

  static let recordings = [
    Printed(
      name: "containerd-1.6.20", podsAt: 1_795_251_629_430_000_000, containersAt: 1_795_251_629_500_000_000),
    Printed(
      name: "containerd-2.4", podsAt: 1_795_251_658_000_000_000, containersAt: 1_795_251_658_000_000_000),
    Printed(
      name: "cri-o-1.37", podsAt: 1_795_252_236_030_000_000, containersAt: 1_795_252_236_100_000_000),
  ]

  private func text(_ recording: Printed, _ file: String) throws -> String {
    try RecordedOutput.text(recording.name, file)
  }

  private func items(_ recording: Printed, _ command: String, _ key: String) throws -> [JSON] {
    try #require(try RecordedOutput.document(recording.name, command)[key]?.arrayValue)
  }

  @Test("the table of containers is identical to crictl's", arguments: recordings)
  func containers(recording: Printed) throws {
    var table = Table([
      "CONTAINER", "IMAGE", "CREATED", "STATE", "NAME", "ATTEMPT", "POD ID", "POD", "NAMESPACE",
    ])
    for item in try items(recording, "ps -a", "containers") {
      let labels = item["labels"]
      table.append([
        ShortID.of(try item.string("id")), ShortID.ofImageReference(try item["image"].string("image")),
        HumanDuration.ago(try item.nanoseconds("createdAt"), now: recording.containersAt),
        try item.state(after: "CONTAINER_"), try item["metadata"].string("name"),
        item["metadata"]?["attempt"]?.intValue.map(String.init) ?? "",
        ShortID.of(try item.string("podSandboxId")),
        try labels.string("io.kubernetes.pod.name"), try labels.string("io.kubernetes.pod.namespace"),
      ])
    }
    #expect(try table.text() == text(recording, "ps-a.table"))
  }

  @Test("the table of pods is identical to crictl's", arguments: recordings)
  func pods(recording: Printed) throws {
    var table = Table(["POD ID", "CREATED", "STATE", "NAME", "NAMESPACE", "ATTEMPT", "RUNTIME"])
    for item in try items(recording, "pods", "items") {
      table.append([
        ShortID.of(try item.string("id")),
        HumanDuration.ago(try item.nanoseconds("createdAt"), now: recording.podsAt), try item.podState(),
        try item["metadata"].string("name"), try item["metadata"].string("namespace"),
        item["metadata"]?["attempt"]?.intValue.map(String.init) ?? "", "(default)",
      ])
    }
    #expect(try table.text() == text(recording, "pods.table"))
  }

  @Test("the table of images is identical to crictl's", arguments: recordings)
  func images(recording: Printed) throws {
    var table = Table(["IMAGE", "TAG", "IMAGE ID", "SIZE"])
    for item in try items(recording, "images", "images") {
      let names = ImageNames(
        repoTags: try item.strings("repoTags"), repoDigests: try item.strings("repoDigests"))
      let size = try #require(UInt64(try item.string("size")))
      for name in names.tagged {
        table.append([
          name.repository, name.tag, ShortID.ofImage(try item.string("id")), HumanSize.text(bytes: size),
        ])
      }
    }
    #expect(try table.text() == text(recording, "images.table"))
  }

  @Test("the details of pods are identical to crictl's", arguments: recordings)
  func podDetails(recording: Printed) throws {
    let texts = try items(recording, "pods", "items").map { item in
      var details = Details()
      details.line("ID", try item.string("id"))
      details.line("Name", try item["metadata"].string("name"))
      details.line("UID", try item["metadata"].string("uid"))
      details.line("Namespace", try item["metadata"].string("namespace"))
      details.line("Status", try item.podState())
      details.line("Created", TimeText.goString(nanoseconds: try item.nanoseconds("createdAt"), in: .utc))
      details.pairs("Labels", try item.pairs("labels"))
      details.pairs("Annotations", try item.pairs("annotations"))
      details.line("Runtime", "(default)")
      return details.text
    }
    #expect(try texts.joined() == text(recording, "pods.verbose"))
  }

  @Test("the details of containers are identical to crictl's", arguments: recordings)
  func containerDetails(recording: Printed) throws {
    let texts = try items(recording, "ps -a", "containers").map { item in
      var details = Details()
      details.line("ID", try item.string("id"))
      details.line("PodID", try item.string("podSandboxId"))
      details.line("Namespace", try item["labels"].string("io.kubernetes.pod.namespace"))
      details.line("Name", try item["metadata"].string("name"))
      details.line("Attempt", item["metadata"]?["attempt"]?.intValue.map(String.init) ?? "")
      details.line("State", try item.state(after: "CONTAINER_"))
      details.line("Image", try item["image"].string("image"))
      let age = HumanDuration.ago(try item.nanoseconds("createdAt"), now: recording.containersAt)
      details.line("Created", age)
      details.pairs("Labels", try item.pairs("labels"))
      details.pairs("Annotations", try item.pairs("annotations"))
      return details.text
    }
    #expect(try texts.joined() == text(recording, "ps-a.verbose"))
  }

  @Test("the details of images are identical to crictl's", arguments: recordings)
  func imageDetails(recording: Printed) throws {
    let texts = try items(recording, "images", "images").map { item in
      var details = Details()
      details.line("ID", try item.string("id"))
      for tag in try item.strings("repoTags") { details.line("RepoTags", tag) }
      for digest in try item.strings("repoDigests") { details.line("RepoDigests", digest) }
      details.line("Size", try item.string("size"))
      if item["pinned"]?.boolValue == true { details.line("Pinned", "true") }
      return details.text
    }
    #expect(try texts.joined() == text(recording, "images.verbose"))
  }

  @Test("a name in the details cannot break a line")
  func hostileDetails() {
    var details = Details()
    details.line("Name", "a\nStatus: Ready\u{1b}")
    details.pairs("Labels", [(key: "b", value: "\n"), (key: "a\t", value: "x")])
    details.pairs("Annotations", [])
    #expect(details.text == "Name: a\\nStatus: Ready\\x1b\nLabels:\n\ta\\t -> x\n\tb -> \\n\n\n")
  }
}

extension JSON? {
  fileprivate func string(_ key: String) throws -> String {
    try #require(self?[key]?.stringValue)
  }
}

extension JSON {
  fileprivate func string(_ key: String) throws -> String { try #require(self[key]?.stringValue) }

  fileprivate func strings(_ key: String) throws -> [String] {
    try #require(self[key]?.arrayValue).map { try #require($0.stringValue) }
  }

  fileprivate func pairs(_ key: String) throws -> [(key: String, value: String)] {
    try #require(self[key]?.objectValue).map { (key: $0.key, value: try #require($0.value.stringValue)) }
  }

  fileprivate func nanoseconds(_ key: String) throws -> Int64 { try #require(Int64(string(key))) }

  fileprivate func state(after prefix: String) throws -> String {
    try string("state").dropFirst(prefix.count).capitalized
  }

  fileprivate func podState() throws -> String {
    try string("state") == "SANDBOX_READY" ? "Ready" : "NotReady"
  }
}
