import CRIJSON
import CRIYAML
import Foundation
import Testing

@Suite("What crictl writes")
struct RecordingTests {
  static let names = ["containerd-images", "containerd-info", "crio-inspect", "crio-pods"]

  private func recording(_ name: String, _ format: String) throws -> [UInt8] {
    let url = try #require(
      Bundle.module.url(forResource: name, withExtension: format, subdirectory: "Recordings"))
    return try Array(Data(contentsOf: url))
  }

  @Test("is the same document in JSON and YAML", arguments: names)
  func reading(name: String) throws {
    let json = try JSON.parse(recording(name, "json"))
    #expect(try YAML.parse(recording(name, "yaml")) == json)
  }

  @Test("comes out of the JSON to the letter, up to a last line feed", arguments: names)
  func writing(name: String) throws {
    let json = try JSON.parse(recording(name, "json"))
    #expect(YAML.text(json) + "\n" == String(decoding: try recording(name, "yaml"), as: UTF8.self))
  }
}
