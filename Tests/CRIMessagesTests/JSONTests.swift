import CRIJSON
import CRIMessages
import CRIProtobuf
import Testing

@Suite("Messages as JSON")
struct JSONTests {
  @Test("the JSON is identical to protojson's, byte for byte")
  func golden() {
    let container = Container(
      id: "abc", metadata: ContainerMetadata(name: "web"), state: .running,
      createdAt: Timestamp(nanoseconds: 1_700_000_000_000_000_001), labels: ["b": "2", "a": "\"<é>\""])
    let expected = """
      {
        "id": "abc",
        "podSandboxId": "",
        "metadata": {
          "name": "web",
          "attempt": 0
        },
        "imageRef": "",
        "state": "CONTAINER_RUNNING",
        "createdAt": "1700000000000000001",
        "labels": {
          "a": "\\"<é>\\"",
          "b": "2"
        },
        "annotations": {},
        "imageId": ""
      }
      """
    #expect(String(decoding: container.jsonBytes(), as: UTF8.self) == expected)
    #expect(
      String(decoding: ListContainersResponse().jsonBytes(), as: UTF8.self) == "{\n  \"containers\": []\n}")
    #expect(String(decoding: StopContainerResponse().jsonBytes(.compact), as: UTF8.self) == "{}")
  }

  @Test("a character that needs an escape has one at every position of a value and of a key")
  func escapes() {
    for character in ["\"", "\\", "\n", "\0", "\u{1f}", "\u{7f}", "\u{80}", "é", "漢", "\u{2028}"] {
      for position in 0..<17 {
        let text = String(repeating: "a", count: position) + character + String(repeating: "z", count: 17 - position)
        let expected = JSON.string(text).text()
        let container = Container(id: text, labels: [text: text])
        let written = String(decoding: container.jsonBytes(.compact), as: UTF8.self)
        #expect(written.hasPrefix("{\"id\":\(expected),"))
        #expect(written.contains("\"labels\":{\(expected):\(expected)}"))
        #expect(container.json()["labels"]?[text]?.stringValue == text)
      }
    }
  }

  @Test("text without such a character is written as it is, whatever its length")
  func plainText() {
    let printable = String(decoding: (0x20...0x7E).filter { $0 != 0x22 && $0 != 0x5C }, as: UTF8.self)
    for count in 0...printable.utf8.count {
      let text = String(printable.prefix(count))
      let written = String(decoding: Container(id: text).jsonBytes(.compact), as: UTF8.self)
      #expect(written.hasPrefix("{\"id\":\"\(text)\",\"podSandboxId\""))
    }
  }

  @Test("the fields are in the order of their declaration, not of their numbers")
  func declarationOrder() {
    let keys = LinuxSandboxSecurityContext(runAsUser: 1, runAsGroup: 2).json().objectValue?.keys
    #expect(
      keys == [
        "runAsUser", "runAsGroup", "readonlyRootfs", "supplementalGroups", "supplementalGroupsPolicy",
        "privileged", "seccompProfilePath",
      ])
    #expect(ContainerConfig().json()["CDIDevices"] == [])
    #expect(Mount().json()["uidMappings"] == [])
    #expect(PsiStats(full: PsiData(total: 1)).json()["Full"]?["Total"] == "1")
  }

  @Test(
    "doubles are formatted as in Go",
    arguments: [
      (0, "0"), (-0.0, "-0"), (1, "1"), (0.5, "0.5"), (-2.25, "-2.25"), (100, "100"), (1e5, "100000"),
      (1e16, "10000000000000000"),
      (123456789.125, "123456789.125"), (0.000001, "0.000001"), (0.0000015, "0.0000015"), (9.5e-7, "9.5e-7"),
      (1e-7, "1e-7"), (1.5e-10, "1.5e-10"), (1e20, "100000000000000000000"), (1e21, "1e+21"),
      (1.25e22, "1.25e+22"),
      (.leastNonzeroMagnitude, "5e-324"), (1.7976931348623157e308, "1.7976931348623157e+308"), (0.1, "0.1"),
      (1.0 / 3, "0.3333333333333333"),
    ] as [(Double, String)])
  func doubles(value: Double, text: String) throws {
    let data = PsiData(avg10: value)
    #expect(data.json()["Avg10"] == .number(text))
    #expect(try PsiData(json: data.json()).avg10.bitPattern == value.bitPattern)
  }

  @Test(
    "NaN and infinities are strings", arguments: [(Double.infinity, "Infinity"), (-.infinity, "-Infinity")])
  func infinities(value: Double, text: String) throws {
    #expect(PsiData(avg60: value).json()["Avg60"] == .string(text))
    #expect(try PsiData(json: ["Avg60": .string(text)]).avg60 == value)
    #expect(PsiData(avg60: .nan).json()["Avg60"] == "NaN")
    #expect(try PsiData(json: ["Avg60": "NaN"]).avg60.isNaN)
  }

  @Test(
    "bytes are base64",
    arguments: [
      ([], "", ""), ([0], "AA==", "AA"), ([0xFF, 0xFE], "//4=", "__4"), ([1, 2, 3], "AQID", "AQID"),
      (Array("hello\n".utf8), "aGVsbG8K", "aGVsbG8K"),
    ] as [([UInt8], String, String)])
  func base64(bytes: [UInt8], text: String, alternative: String) throws {
    #expect(ExecSyncResponse(stdout: bytes).json()["stdout"] == .string(text))
    #expect(try ExecSyncResponse(json: ["stdout": .string(text)]).stdout == bytes)
    #expect(try ExecSyncResponse(json: ["stdout": .string(alternative)]).stdout == bytes)
  }

  @Test(
    "alternative forms of names, numbers and null are accepted",
    arguments: [
      (#"{"podSandboxId": "p"}"#, Container(podSandboxID: "p")),
      (#"{"pod_sandbox_id": "p"}"#, Container(podSandboxID: "p")),
      (#"{"state": "CONTAINER_EXITED"}"#, Container(state: .exited)),
      (#"{"state": 2}"#, Container(state: .exited)), (#"{"state": 9}"#, Container(state: .init(rawValue: 9))),
      (#"{"createdAt": "17"}"#, Container(createdAt: Timestamp(nanoseconds: 17))),
      (#"{"createdAt": 17}"#, Container(createdAt: Timestamp(nanoseconds: 17))),
      (#"{"createdAt": 1.7e1}"#, Container(createdAt: Timestamp(nanoseconds: 17))),
      (#"{"metadata": null, "labels": null, "id": null}"#, Container()),
      (#"{"metadata": {}}"#, Container(metadata: ContainerMetadata())),
      (#"{"labels": {"b": "1", "a": ""}}"#, Container(labels: ["a": "", "b": "1"])),
    ])
  func reading(text: String, expected: Container) throws {
    #expect(try Container(json: try JSON.parse(text)) == expected)
  }

  @Test(
    "an error has the path, the reason and a suggestion",
    arguments: [
      (#"[]"#, "expected an object, found an array"),
      (#"{"id": 5}"#, "id: expected a string, found 5"),
      (#"{"idd": ""}"#, #"idd: Container has no such field; did you mean "id"?"#),
      (#"{"podSandboxID": ""}"#, #"podSandboxID: Container has no such field; did you mean "podSandboxId"?"#),
      (#"{"zzzzzzzz": 1}"#, "zzzzzzzz: Container has no such field"),
      (#"{"image": {"annotations": {"x": [1]}}}"#, "image.annotations.x: expected a string, found an array"),
      (#"{"metadata": {"attempt": -1}}"#, "metadata.attempt: out of the range of UInt32"),
      (#"{"metadata": {"attempt": 4294967296}}"#, "metadata.attempt: out of the range of UInt32"),
      (#"{"metadata": {"attempt": 1.5}}"#, "metadata.attempt: expected an integer, found 1.5"),
      (#"{"createdAt": "9223372036854775808"}"#, "createdAt: out of the range of Int64"),
      (#"{"createdAt": "soon"}"#, #"createdAt: expected an integer, found "soon""#),
      (#"{"createdAt": true}"#, "createdAt: expected an integer, found true"),
      (
        #"{"state": "CONTAINER_RUNING"}"#,
        #"state: ContainerState has no such value; did you mean "CONTAINER_RUNNING"?"#
      ),
      (#"{"state": true}"#, "state: expected a name or a number, found true"),
      (#"{"imageId": "", "image_id": ""}"#, "image_id: the field is specified twice"),
      (#"{"a\u001b[31m": 1}"#, "a…: Container has no such field"),
      (#"{"labels": []}"#, "labels: expected an object, found an array"),
    ])
  func errors(text: String, expected: String) throws {
    let document = try JSON.parse(text)
    let error = #expect(throws: MessageJSONError.self) { try Container(json: document) }
    #expect(error.map { "\($0)" } == expected)
  }

  @Test("the path of an error includes the index in a list")
  func errorInList() {
    let document: JSON = ["containers": [["id": "a"], ["metadata": ["name": .null, "attempt": "x"]]]]
    let error = #expect(throws: MessageJSONError.self) { try ListContainersResponse(json: document) }
    #expect(error?.path == "containers[1].metadata.attempt")
  }

  @Test("fields from a newer version can be ignored")
  func ignoringUnknownFields() throws {
    let document: JSON = ["id": "a", "newField": ["x": 1], "metadata": ["name": "n", "newField": [1]]]
    #expect(throws: MessageJSONError.self) { try Container(json: document) }
    let container = try Container(json: document, .lenient)
    #expect(container == Container(id: "a", metadata: ContainerMetadata(name: "n")))
  }
}
