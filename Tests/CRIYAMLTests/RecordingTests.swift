import CRIJSON
import CRIYAML
import TestSupport
import Testing

@Suite("What crictl writes")
struct RecordingTests {
  /// A file, and the command that printed the same document in JSON. CRI-O told its handlers in another order in between.
  static let files: [(runtime: String, file: String, command: String)] =
    Recording.runtimes.flatMap { runtime in
      [("images", "images"), ("info", "info"), ("pods", "pods"), ("ps-a", "ps -a")].map { (runtime, $0 + ".yaml", $1) }
    }.filter { $0 != ("cri-o-1.37", "info.yaml", "info") } + [
      ("cri-o-1.37", "inspect-efc9b0c230ab4.yaml", "inspect efc9b0c230ab4")
    ]

  @Test("is the same document in JSON and YAML", arguments: files)
  func reading(runtime: String, file: String, command: String) throws {
    let text = try RecordedOutput.text(runtime, file)
    #expect(try YAML.parse(Array(text.utf8)) == RecordedOutput.document(runtime, command))
  }

  @Test("comes out of the JSON to the letter, up to a last line feed", arguments: files)
  func writing(runtime: String, file: String, command: String) throws {
    let document = try RecordedOutput.document(runtime, command)
    #expect(YAML.text(document) + "\n" == (try RecordedOutput.text(runtime, file)))
  }
}
