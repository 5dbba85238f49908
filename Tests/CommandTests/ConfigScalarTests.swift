import CRIJSON
import CRIMessages
import CRIProtobuf
import CRIYAML
import TestSupport
import Testing

@testable import CRICommandLine
@testable import CRICommands

@Suite("Scalars in files")
struct ConfigScalarTests {
  /// JSON cannot represent these values in a label; crictl converts them to text (`+Inf`).
  private static let refused: Set<String> = [".nan", ".NaN", ".inf", "+.inf", "-.Inf"]

  /// The scalars that PyYAML reads differently.
  private static let differentInPython: Set<String> = [
    // Octal numbers in YAML 1.2's notation, prefixes in capitals, and decimal numbers with a leading zero.
    "08", "09", "0o17", "0O17", "-0o7", "0X1f", "0B101", "0123456789",
    // Integers with more than 64 bits.
    "0xFFFFFFFFFFFFFFFFF", "01777777777777777777777777",
    // Numbers with an exponent but without a point or a sign, and with a sign before the point.
    "-.5", "+.5", "0e5", "0E5", "1e3", "1E3", "1e+3", "1e-5", "1E-5", "6.02e23", "1.5e9", "1e18", "1e21", "1e300",
    "1e-400", "1e10", ".5e1_0", "1.e3", "-_1", ".5__5", ".5_",
    // Letters for Booleans.
    "y", "Y", "n", "N",
    // Sexagesimal numbers.
    "1:30", "12:30:45", "190:20:30.15",
    // Keys that have no meaning as a value, and a date that does not exist.
    "<<", "=", "2026-02-30",
  ]

  private func read<M>(_ text: String, _ read: (String) throws -> M) throws -> M {
    let directory = try TemporaryDirectory()
    try TestFile.write(text, to: directory.file("file.yaml"))
    return try read(directory.file("file.yaml"))
  }

  private func container(_ fields: String) throws -> ContainerConfig {
    try read("metadata: {name: a}\nimage: {image: b}\n\(fields)\n") { try ConfigFile.container($0) }
  }

  @Test("a string has the value that crictl sends to the runtime", arguments: ScalarCase.all)
  func strings(scalar: ScalarCase) throws {
    guard scalar.label != nil, !Self.refused.contains(scalar.text) else {
      #expect(throws: Failure.self) { try container("args:\n- \(scalar.text)") }
      return
    }
    let config = try container("labels:\n  a: \(scalar.text)\nworking_dir: \(scalar.text)\nargs:\n- \(scalar.text)")
    #expect(config.labels == ["a": scalar.label ?? ""])
    #expect(config.workingDir == scalar.label)
    #expect(config.args == [scalar.label])
  }

  @Test("a number has the value that crictl sends to the runtime, or is an error", arguments: ScalarCase.all)
  func numbers(scalar: ScalarCase) {
    let config = try? container("linux:\n  resources:\n    cpu_period: \(scalar.text)")
    #expect(config.map { $0.linux?.resources?.cpuPeriod ?? 0 } == scalar.number)
  }

  @Test("a Boolean has the value that crictl sends to the runtime, or is an error", arguments: ScalarCase.all)
  func flags(scalar: ScalarCase) {
    let config = try? container("linux:\n  security_context:\n    privileged: \(scalar.text)")
    #expect(config.map { $0.linux?.securityContext?.privileged ?? false } == scalar.flag)
  }

  @Test("a setting in crictl.yaml has the value that crictl reads, or is an error", arguments: ScalarCase.all)
  func settings(scalar: ScalarCase) {
    func configuration(_ key: String) -> Configuration? {
      try? Configuration(parsing: Array("\(key): \(scalar.text)\n".utf8), file: "f")
    }
    // A number of seconds below 1 means the default, and crictl has no maximum.
    let seconds = scalar.seconds.flatMap { $0 < 1 << 32 ? $0 : nil }
    #expect(configuration("timeout").map { $0.timeout ?? .zero } == seconds.map { .seconds(max($0, 0)) })
    #expect(configuration("max-retries")?.maxRetries.map(Int64.init) == scalar.seconds)
    // YAML's other words for Booleans are an extension. In this extension, null means a missing value.
    let flag = scalar.pyYAML == "null" ? nil : scalar.flag
    #expect(configuration("debug")?.isDebug == scalar.debug ?? flag)
  }

  @Test("an independent reader of YAML 1.1 agrees, except in the documented cases", arguments: ScalarCase.all)
  func python(scalar: ScalarCase) throws {
    let type = scalar.pyYAML.prefix { $0 != " " }
    let found: String
    switch try? YAML.parse("a: \(scalar.text)")["a"] {
    case .null?: found = "null"
    case .bool(let value)?: found = "bool \(value)"
    case .number(let text)?:
      if type == "float" {
        found = Double(text) == Double(scalar.pyYAML.dropFirst(6)) ? scalar.pyYAML : "float \(text)"
      } else {
        found = "int \(text)"
      }
    // JSON has no dates, so a date is a string.
    case .string(let text)?: found = type.hasPrefix("date") ? scalar.pyYAML : "str \(text)"
    case .array?, .object?: found = "a collection"
    // JSON does not have these numbers, and a tag must match its value.
    case nil: found = Self.refused.contains(scalar.text) ? scalar.pyYAML : "error"
    }
    #expect((found != scalar.pyYAML) == Self.differentInPython.contains(scalar.text), "\(found), \(scalar.pyYAML)")
  }
}
