import CRIJSON
import CRIMessages
import CRIProtobuf
import CRIYAML
import Foundation
import TestSupport
import Testing

@testable import CRICommands

@Suite("What crictl prints about real runtimes")
struct RecordedOutputTests {
  @Test("JSON documents are identical to crictl's", arguments: Recording.runtimes)
  func documents(runtime: String) async throws {
    let server = try TestRuntime.recorded(runtime)
    let documents = try RecordedOutput.documents(runtime)
    #expect(documents.count == 15)
    for (arguments, document) in documents {
      let run = try await Tool.cri(arguments, on: server)
      #expect(run.code == 0, "\(run.errors)")
      // The text is identical, including the order of keys and the indentation.
      #expect(try settled(run.output) == settled(document.text(pretty: true) + "\n"), "\(arguments)")
    }
  }

  /// CRI-O lists its handlers in a different order each time, and measures its file systems with each call.
  private func settled(_ text: String) throws -> String {
    var document = try JSON.parse(text)
    guard let handlers = document["runtimeHandlers"]?.arrayValue else { return withoutTimestamps(text) }
    document["runtimeHandlers"] = .array(handlers.sorted { $0.text() < $1.text() })
    return document.text(pretty: true)
  }

  private func withoutTimestamps(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.contains("timestamp") }
      .joined(separator: "\n")
  }

  private func text(_ document: JSON) -> String { document.sortedKeys().text(pretty: true) }

  @Test("YAML documents have the same content as crictl's", arguments: Recording.runtimes)
  func yamlDocuments(runtime: String) async throws {
    let server = try TestRuntime.recorded(runtime)
    for (arguments, document) in try RecordedOutput.documents(runtime) {
      let words = zip(arguments, [""] + arguments).filter { $0 != "-o" && $1 != "-o" }.map(\.0)
      let run = try await Tool.cri(words + ["-o", "yaml"], on: server)
      #expect(run.code == 0, "\(run.errors)")
      #expect(try settled(text(YAML.parse(run.output))) == settled(text(document)), "\(words)")
    }
  }

  @Test(
    "YAML output is identical to that of crictl", arguments: Recording.runtimes,
    [
      ("pods.yaml", ["pods"]), ("ps-a.yaml", ["ps", "-a"]), ("images.yaml", ["images"]), ("info.yaml", ["info"]),
      ("imagefsinfo.yaml", ["imagefsinfo"]),
    ])
  func yaml(runtime: String, command: (file: String, arguments: [String])) async throws {
    let server = try TestRuntime.recorded(runtime)
    let run = try await Tool.cri(command.arguments + ["-o", "yaml"], on: server)
    let recorded = try RecordedOutput.text(runtime, command.file)
    #expect(withoutTimestamps(run.output) == withoutTimestamps(recorded), "\(run.errors)")
  }

  @Test(
    "text without ages is identical to that of crictl", arguments: Recording.runtimes,
    [
      ("version.txt", ["version"]), ("images.table", ["images"]), ("images.verbose", ["images", "-v"]),
      ("pods.verbose", ["pods", "-v"]),
    ])
  func texts(runtime: String, command: (file: String, arguments: [String])) async throws {
    let server = try TestRuntime.recorded(runtime)
    let run = try await Tool.cri(command.arguments, on: server)
    #expect(try run.output == RecordedOutput.text(runtime, command.file), "\(run.errors)")
  }

  @Test("text with ages is identical to crictl's", arguments: Recording.runtimes)
  func aged(runtime: String) throws {
    let recording = try Recording(runtime, .after)
    var containers = try #require(recording.replies(to: .listContainers).first).response.containers
    ContainerQuery().apply(to: &containers)
    var pods = try #require(recording.replies(to: .listPodSandbox).first).response.items
    PodQuery().apply(to: &pods)
    // The time of a recording is unknown: it is a few seconds after the last object was created.
    let start = try #require(pods.first).createdAt.nanoseconds
    let moments = (0..<200).map { start + $0 * 100_000_000 }
    func isRecorded(_ file: String, _ text: (Int64) -> [UInt8]) throws -> Bool {
      let recorded = try Array(RecordedOutput.text(runtime, file).utf8)
      return moments.contains { text($0) == recorded }
    }
    #expect(try isRecorded("ps-a.table") { ContainerText(elements: containers, now: $0).table })
    #expect(try isRecorded("ps-a.verbose") { ContainerText(elements: containers, now: $0).details.utf8.map { $0 } })
    #expect(try isRecorded("pods.table") { PodText(elements: pods, now: $0).table })
  }
}
