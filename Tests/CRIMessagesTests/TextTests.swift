import CRIMessages
import CRIProtobuf
import Testing

@Suite("Text and descriptions")
struct TextTests {
  @Test("a string may contain NUL")
  func embeddedNUL() throws {
    let container = Container(id: "a\0b", labels: ["k\0": "\0"])
    #expect(container.encode() == [0x0A, 3, 0x61, 0, 0x62, 0x42, 7, 0x0A, 2, 0x6B, 0, 0x12, 1, 0])
    #expect(try Container.decode(container.encode()) == container)
  }

  @Test("invalid UTF-8 is replaced with U+FFFD")
  func notUTF8() throws {
    let container = try Container.decode([0x0A, 3, 0x61, 0xFF, 0x62])
    #expect(container.id == "a\u{FFFD}b")
  }

  @Test("the last of several map entries with the same key wins")
  func repeatedKeys() throws {
    func entry(_ key: String, _ value: String) -> [UInt8] {
      [0x42, UInt8(4 + key.utf8.count + value.utf8.count), 0x0A, UInt8(key.utf8.count)] + key.utf8
        + [0x12, UInt8(value.utf8.count)] + value.utf8
    }
    let bytes = entry("b", "1") + entry("a", "2") + entry("b", "3") + entry("a", "4") + entry("b", "5")
    #expect(try Container.decode(bytes).labels == ["a": "4", "b": "5"])
    // An empty key or value may be missing from an entry.
    #expect(try Container.decode([0x42, 0]).labels == ["": ""])
    #expect(try Container.decode([0x42, 3, 0x0A, 1, 0x61]).labels == ["a": ""])
  }

  @Test("a description contains all values that are not the default, without secrets or control characters")
  func descriptions() throws {
    let container = Container(
      id: "abc", metadata: ContainerMetadata(name: "web", attempt: 2), state: .running,
      createdAt: Timestamp(nanoseconds: 1_500_000_000), labels: ["app": "x"])
    #expect(
      container.description
        == #"Container(id: "abc", metadata: ContainerMetadata(name: "web", attempt: 2), state: running, "#
        + #"createdAt: 1970-01-01T00:00:01.5Z, labels: ["app": "x"])"#)
    #expect(Container().description == "Container()")
    #expect(Container(id: "\u{1b}[31m\n\u{202e}").description == #"Container(id: "\x1b[31m\n\u{202e}")"#)
    let auth = AuthConfig(
      username: "me", password: "hunter2", auth: "aHVudGVy", identityToken: "t", registryToken: "r")
    #expect(
      PullImageRequest(auth: auth).description
        == #"PullImageRequest(auth: AuthConfig(username: "me", password: <redacted>, auth: <redacted>, "#
        + "identityToken: <redacted>, registryToken: <redacted>))")
    #expect(ExecSyncResponse(stdout: [1, 2]).description == "ExecSyncResponse(stdout: <2 bytes>)")
    #expect(
      ListContainersResponse(containers: [Container(id: "a"), Container()]).description
        == #"ListContainersResponse(containers: [Container(id: "a"), Container()])"#)
    #expect(PortForwardRequest(port: [80, 443]).description == "PortForwardRequest(port: [80, 443])")
    #expect(try Container.decode([0xF8, 0x7D, 1]).description == "Container(unknownFields: <3 bytes>)")
  }

  @Test("enum values have a Swift name and the name in the CRI")
  func enums() {
    #expect(ContainerState.running.description == "running")
    #expect(ContainerState.running.protoName == "CONTAINER_RUNNING")
    #expect(PodSandboxState(protoName: "SANDBOX_NOTREADY") == .notReady)
    #expect(PodSandboxState(protoName: "READY") == nil)
    #expect(ContainerEventType.stopped.protoName == "CONTAINER_STOPPED_EVENT")
    #expect(MountPropagation.hostToContainer.rawValue == 1)
    #expect(Signal.sigterm.protoName == "SIGNAL_SIGTERM")
    #expect(Signal.sigrtminPlus3.protoName == "SIGNAL_SIGRTMINPLUS3")
    #expect(SecurityProfile.ProfileType.localhost.protoName == "Localhost")
    #expect(TransportProtocol.sctp.protoName == "SCTP")
    #expect(NamespaceMode.allCases == [.pod, .container, .node, .target])
  }
}
