import CRIJSON
import CRIMessages
import CRIProtobuf
import Testing

@Suite("Handwritten documents")
struct HandwrittenTests {
  private func pod(_ text: String) throws -> PodSandboxConfig {
    try PodSandboxConfig(json: JSON.parse(text), .handwritten)
  }

  private func container(_ text: String) throws -> ContainerConfig {
    try ContainerConfig(json: JSON.parse(text), .handwritten)
  }

  @Test(
    "a field name with capitals in the protobuf definition may have any case",
    arguments: ["CDI_devices", "CDI_Devices", "cdi_devices", "CDIDevices", "cdiDevices"])
  func deviceNames(key: String) throws {
    let config = try container("{\"\(key)\": [{\"Name\": \"vendor/device=a\"}]}")
    #expect(config.cdiDevices.map(\.name) == ["vendor/device=a"])
  }

  @Test(
    "a field name may have any case",
    arguments: [
      #"{"log_directory": "/a"}"#, #"{"logDirectory": "/a"}"#, #"{"Log_Directory": "/a"}"#, #"{"LOGDIRECTORY": "/a"}"#,
    ])
  func names(text: String) throws {
    #expect(try pod(text) == PodSandboxConfig(logDirectory: "/a"))
  }

  @Test(
    "an enum may be a name in any case or a number",
    arguments: [
      (#""protocol": "UDP""#, TransportProtocol.udp), (#""protocol": "udp""#, .udp), (#""protocol": 1"#, .udp),
      (#""protocol": "SCTP""#, .sctp), (#""protocol": 7"#, TransportProtocol(rawValue: 7)), (#""hostPort": 0"#, .tcp),
    ])
  func enums(text: String, expected: TransportProtocol) throws {
    #expect(try pod(#"{"port_mappings": [{\#(text)}]}"#).portMappings.map(\.protocol) == [expected])
  }

  @Test("the common prefix of enum names may be omitted")
  func shortEnums() throws {
    let text = #"""
      {"mounts": [{"propagation": "bidirectional"}, {"propagation": "PROPAGATION_HOST_TO_CONTAINER"}],
       "stop_signal": "SIGTERM", "linux": {"security_context": {"seccomp": {"profile_type": "localhost"},
       "namespace_options": {"network": "NODE"}}}}
      """#
    let config = try container(text)
    #expect(config.mounts.map(\.propagation) == [.bidirectional, .hostToContainer])
    #expect(config.stopSignal == .sigterm)
    #expect(config.linux?.securityContext?.seccomp?.profileType == .localhost)
    #expect(config.linux?.securityContext?.namespaceOptions?.network == .node)
  }

  @Test("the braces of a wrapper may be omitted", arguments: ["1000", #""1000""#, #"{"value": 1000}"#])
  func wrappers(text: String) throws {
    let config = try container(#"{"linux": {"security_context": {"run_as_user": \#(text)}}}"#)
    #expect(config.linux?.securityContext?.runAsUser == 1000)
  }

  @Test("a number or a Boolean is accepted as a string, and plain text as bytes")
  func texts() throws {
    let config = try container(
      #"{"envs": [{"key": "A", "value": "b=ä"}, {"key": "N", "value": 1}], "labels": {"x": 1.5, "y": true}, "command": [3]}"#
    )
    #expect(config.envs.map { String(decoding: $0.value, as: UTF8.self) } == ["b=ä", "1"])
    #expect(config.labels == ["x": "1.5", "y": "true"])
    #expect(config.command == ["3"])
  }

  @Test("these extensions are errors in protobuf's JSON")
  func isADialect() throws {
    #expect(throws: MessageJSONError.self) { try PodSandboxConfig(json: ["Hostname": "a"]) }
    #expect(throws: MessageJSONError.self) { try PodSandboxConfig(json: ["hostname": 1]) }
    #expect(throws: MessageJSONError.self) { try PortMapping(json: ["protocol": "udp"]) }
    #expect(try KeyValue(json: ["value": "YQ=="]).value == [0x61])
    #expect(throws: MessageJSONError.self) { try LinuxContainerSecurityContext(json: ["run_as_user": 1]) }
  }

  @Test(
    "a key of any length is refused quickly, in a short line",
    arguments: ["n", "N\u{301}", "\u{1b}"])
  func longKey(part: String) throws {
    let document = JSON.object(["metadata": .object([String(repeating: part, count: 1 << 20): .null])])
    let start = ContinuousClock.now
    let error = #expect(throws: MessageJSONError.self) { try PodSandboxConfig(json: document, .handwritten) }
    #expect(ContinuousClock.now - start < .seconds(3))
    #expect((error?.description.utf8.count ?? .max) < 1000)
    #expect(error?.description.contains("…: PodSandboxMetadata has no such field") == true)
  }

  @Test("a value of any length is rejected with a short error line")
  func longValue() throws {
    let text = String(repeating: "x", count: 1 << 20)
    for document in [#"{"metadata": {"attempt": "\#(text)"}}"#, #"{"port_mappings": [{"protocol": "\#(text)"}]}"#] {
      let json = try JSON.parse(document)
      let error = #expect(throws: MessageJSONError.self) { try PodSandboxConfig(json: json, .handwritten) }
      #expect((error?.description.utf8.count ?? .max) < 1000)
    }
  }

  @Test(
    "an error has the path and the reason",
    arguments: [
      (
        #"{"metadata": {"namspace": "x"}}"#,
        #"metadata.namspace: PodSandboxMetadata has no such field; did you mean "namespace"?"#
      ),
      (#"{"logdir": "x"}"#, #"logdir: PodSandboxConfig has no such field"#),
      (
        #"{"port_mappings": [{"protocol": "TCQ"}]}"#,
        #"port_mappings[0].protocol: Protocol has no such value; did you mean "TCP"?"#
      ),
      (
        #"{"port_mappings": [{"protocol": "quic"}]}"#,
        #"port_mappings[0].protocol: expected one of TCP, UDP, SCTP, found "quic""#
      ),
      (#"{"port_mappings": {}}"#, "port_mappings: expected an array, found an object"),
      // Both may be a secret whose key is misspelt.
      (#"{"annotations": "PW=secret"}"#, "annotations: expected an object, found a string"),
      (#"{"hostname:secret": null}"#, "hostname…: PodSandboxConfig has no such field"),
      (
        #"{"port_mappings": [{"protocol": "s3cret"}]}"#,
        "port_mappings[0].protocol: expected one of TCP, UDP, SCTP, found a string"
      ),
      (#"{"metadata": {"attempt": "12secret"}}"#, "metadata.attempt: expected an integer, found a string"),
      (#"{"metadata": {"attempt": "512Mi"}}"#, #"metadata.attempt: expected an integer, found "512Mi""#),
      (#"{"metadata": {"attempt": "x"}}"#, #"metadata.attempt: expected an integer, found "x""#),
      (#"{"metadata": {"attempt": -1}}"#, "metadata.attempt: out of the range of UInt32"),
      (#"{"metadata": {"attempt": 1.5}}"#, "metadata.attempt: expected an integer, found 1.5"),
      (#"{"hostname": ["a"]}"#, "hostname: expected a string, found an array"),
      (
        #"{"linux": {"security_context": {"run_as_user": {"valu": 1}}}}"#,
        #"linux.security_context.run_as_user.valu: Int64Value has no such field; did you mean "value"?"#
      ),
      (
        #"{"linux": {"security_context": {"run_as_user": [1]}}}"#,
        "linux.security_context.run_as_user: expected an integer, found an array"
      ),
      (#"{"hostname": "a", "Hostname": "b"}"#, "Hostname: the field is specified twice"),
      ("[1]", "expected an object, found an array"),
    ])
  func errors(text: String, expected: String) throws {
    let error = #expect(throws: MessageJSONError.self) { try pod(text) }
    #expect(error.map { "\($0)" } == expected)
  }

  @Test("the JSON Schema contains every field and the short enum names")
  func schema() throws {
    let schema = ContainerConfig.schema.jsonSchema(required: ["ContainerConfig": ["metadata"]])
    #expect(schema["$schema"] == "https://json-schema.org/draft/2020-12/schema")
    #expect(schema["$ref"] == "#/$defs/ContainerConfig")
    let config = schema["$defs"]?["ContainerConfig"]
    #expect(config?["properties"]?.objectValue?.keys == ContainerConfig.schema.fields.map(\.name))
    #expect(config?["additionalProperties"] == false)
    #expect(config?["required"] == ["metadata"])
    #expect(config?["properties"]?["labels"] == ["type": "object", "additionalProperties": ["type": "string"]])
    let definitions = try #require(schema["$defs"]?.objectValue)
    #expect(
      definitions["Mount"]?["properties"]?["propagation"]?["enum"]?.arrayValue?.contains("BIDIRECTIONAL") == true)
    #expect(
      definitions["LinuxContainerSecurityContext"]?["properties"]?["run_as_user"]
        == ["anyOf": [["$ref": "#/$defs/Int64Value"], ["type": "integer"]]])
    // Every reference has a definition.
    let references = schema.text().split(separator: "\"").filter { $0.hasPrefix("#/$defs/") }.map { $0.dropFirst(8) }
    #expect(references.allSatisfy { definitions[String($0)] != nil })
  }
}
