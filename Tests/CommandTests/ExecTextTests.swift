import CRICommandLine
import CRIStreaming
import Testing

@testable import CRICommands

struct ExecTextTests {
  @Test(
    arguments: [
      ("ctrl-p,ctrl-q", ["ab", "\u{10}", "\u{11}c"], "ab", true),
      ("ctrl-p,ctrl-q", ["\u{10}x\u{11}"], "\u{10}x\u{11}", false),
      ("ctrl-p,ctrl-q", ["\u{10}\u{10}\u{11}"], "\u{10}", true), ("ctrl-p,ctrl-q", ["\u{10}"], "", false),
      ("ctrl-@", ["a\u{0}b"], "a", true), ("q", ["xq"], "x", true), ("ctrl-],x", ["\u{1d}", "x"], "", true),
      ("a,b", ["aab"], "a", true),
    ])
  func `detach keys are found wherever the input is split`(
    keys: String, typed: [String], passed: String, isDetached: Bool
  ) throws {
    var keys = try #require(DetachKeys(keys))
    var all: [UInt8] = []
    var found = false
    for piece in typed where !found {
      let (bytes, isDetached) = keys.filter(Array(piece.utf8))
      all += bytes
      found = isDetached
    }
    #expect(String(decoding: all, as: UTF8.self) == passed && found == isDetached)
  }

  @Test(arguments: ["", "ctrl-", "ctrl-1", "ctrl-pp", "ab", "ctrl-p,", "ü"])
  func `invalid detach keys are refused`(text: String) { #expect(DetachKeys(text) == nil) }

  @Test(
    arguments: [
      ("80", 80, 80), ("8080:80", 8080, 80), (":80", 0, 80), ("0:80", 0, 80), ("65535", 65535, 65535),
    ] as [(String, UInt16, UInt16)])
  func `ports are written as in crictl`(text: String, local: UInt16, remote: UInt16) throws {
    let mapping = try #require(PortMapping(text))
    #expect(mapping.local == local && mapping.remote == remote)
  }

  @Test(arguments: ["", "0", ":", "80:", "80:0", "65536", "-1", "+1", "1:2:3", "a", "80 ", "٣"])
  func `invalid ports are refused`(text: String) { #expect(PortMapping(text) == nil) }

  @Test func `each line gets the name, wherever the output is split`() {
    var lines = LinePrefixer("web")
    let pieces = ["a", "b\nc\n", "\n", "d"].map { lines.append(Array($0.utf8)) } + [lines.end()]
    #expect(pieces.map { String(decoding: $0, as: UTF8.self) } == ["", "web: ab\nweb: c\n", "web: \n", "", "web: d\n"])
  }

  @Test func `a line is printed before it ends`() {
    var lines = LinePrefixer("")
    var size = 0
    for _ in 0..<100 { size += lines.append([UInt8](repeating: 97, count: 10_000)).count }
    #expect(size > 900_000)
  }

  @Test(
    arguments: [
      ("exec: \"nosuch\": executable file not found in $PATH: unknown", .commandNotFound),
      ("OCI runtime exec failed: exec: \"/x\": stat /x: no such file or directory: unknown", .commandNotFound),
      ("exec failed: exec /etc/passwd: permission denied: unknown", .notExecutable),
      ("exec failed: exec /x: exec format error", .notExecutable),
      ("container is in CONTAINER_EXITED state", .sessionFailed), ("", .sessionFailed),
    ] as [(String, ExitCodes)])
  func `a program that cannot run has the exit code of docker and podman`(message: String, code: ExitCodes) {
    #expect(ExecFailure.code(of: message) == code)
  }

  @Test(arguments: [true, false])
  func `only a session that runs a command warns that the command may still be running`(runsCommand: Bool) {
    let failure = Failure(StreamingError(.connectionLost, "gone"), about: "x", runsCommand: runsCommand)
    #expect(failure.message.contains("may still be running") == runsCommand, "\(failure)")
  }

  @Test(
    arguments: [
      ("exec ID ls -la", "exec -- ID ls -la"), ("exec -it ID sh -c x", "exec -it -- ID sh -c x"),
      ("exec -r spdy ID ls", "exec -r spdy -- ID ls"), ("exec -itr spdy ID ls", "exec -itr spdy -- ID ls"),
      ("exec --transport=spdy ID -quiet=false", "exec --transport=spdy -- ID -quiet=false"),
      ("exec -- ID ls", "exec -- ID ls"), ("exec ID -- ls", "exec -- ID -- ls"), ("exec --all ls", "exec --all -- ls"),
      ("exec --help", "exec --help"), ("exec", "exec"), ("exec --label a=b -q ID", "exec --label a=b -q -- ID"),
    ])
  func `options end at the container`(words: String, expected: String) {
    let split = { (text: String) in text.split(separator: " ").map(String.init) }
    #expect(GoSpelling.terminated(split(words), CRICommand.subcommand) == split(expected))
  }
}
