import CRIJSON
import CRIYAML
import TestSupport
import Testing

@Suite("Recorded output of crictl")
struct RecordingTests {
  /// The files, each with the command that printed the same document as JSON. The `info` of CRI-O 1.37 is not included,
  /// because CRI-O listed its handlers in a different order the second time.
  static let files: [(runtime: String, file: String, command: String)] =
    Recording.runtimes.flatMap { runtime in
      [("images", "images"), ("info", "info"), ("pods", "pods"), ("ps-a", "ps -a")].map { (runtime, $0 + ".yaml", $1) }
    }.filter { $0 != ("cri-o-1.37", "info.yaml", "info") } + [
      ("cri-o-1.37", "inspect-efc9b0c230ab4.yaml", "inspect efc9b0c230ab4")
    ]

  @Test("the YAML output parses to the same document as the JSON output", arguments: files)
  func reading(runtime: String, file: String, command: String) throws {
    let text = try RecordedOutput.text(runtime, file)
    #expect(try YAML.parse(Array(text.utf8)) == RecordedOutput.document(runtime, command))
  }

  @Test("the JSON document is written as the same YAML, apart from the last line feed", arguments: files)
  func writing(runtime: String, file: String, command: String) throws {
    let document = try RecordedOutput.document(runtime, command)
    #expect(YAML.text(document) + "\n" == (try RecordedOutput.text(runtime, file)))
  }
}
