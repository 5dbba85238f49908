import CRIJSON
import CRIMessages
import TestSupport
import Testing

@testable import CRICommandLine
@testable import CRICommands

@Suite("The configuration file")
struct ConfigDocumentTests {
  private func set(_ text: String, _ key: ConfigKey, _ value: String) throws -> String {
    var document = try ConfigDocument(Array(text.utf8), path: "f")
    try document.set(key, key.value(value))
    return document.text
  }

  @Test(
    "setting a key keeps all other keys and comments",
    arguments: [
      ("", "timeout: 3\n"), ("timeout: 1\n", "timeout: 3\n"), ("timeout: 1", "timeout: 3\n"),
      ("# a\n\ntimeout: 1   # b\ndebug: true\n", "# a\n\ntimeout: 3 # b\ndebug: true\n"),
      ("debug: true # timeout: 1\n", "debug: true # timeout: 1\ntimeout: 3\n"),
      ("\"timeout\" : 1\n", "timeout: 3\n"), ("'timeout': 1\n", "timeout: 3\n"),
      ("timeout: 1\ntimeout: 2\n", "timeout: 3\ntimeout: 3\n"),
      // Lines that end in CR LF, as editors on other systems write them.
      ("timeout: 1\r\n# x\r\n", "timeout: 3\r\n# x\r\n"), ("debug: true\r\n", "debug: true\r\ntimeout: 3\r\n"),
      ("# x\r\ntimeout: 1 # y\r\ndebug: true\r\n", "# x\r\ntimeout: 3 # y\r\ndebug: true\r\n"),
      ("\u{FEFF}timeout: 1\n", "timeout: 3\n"),
      // All keys may be indented by the same amount.
      ("  timeout: 1 # a\n  debug: true\n", "  timeout: 3 # a\n  debug: true\n"),
      ("# a\n---\n  debug: true\n", "# a\n---\n  debug: true\n  timeout: 3\n"),
      ("timeout: 010\n", "timeout: 3\n"),
      // A new key comes before the end of the document.
      ("debug: true\n...\n", "debug: true\ntimeout: 3\n...\n"),
      ("debug: true\r\n... # x\r\n", "debug: true\r\ntimeout: 3\r\n... # x\r\n"),
      ("---\n  debug: true\n...\n# x\n", "---\n  debug: true\n  timeout: 3\n...\n# x\n"),
      ("timeout: 1\n...\n", "timeout: 3\n...\n"), ("debug: true\n...", "debug: true\ntimeout: 3\n...\n"),
      ("runtime-endpoint: >\n  a\n  timeout: 5\n...\n", "runtime-endpoint: >\n  a\n  timeout: 5\ntimeout: 3\n...\n"),
    ])
  func keepsTheRest(text: String, expected: String) throws {
    #expect(try set(text, .timeout, "3") == expected)
  }

  @Test(
    "a value that YAML would read as something else is quoted",
    arguments: [
      ("/run/a.sock", "runtime-endpoint: /run/a.sock\n"), ("", "runtime-endpoint: \"\"\n"),
      ("unix:///a=b,c", "runtime-endpoint: unix:///a=b,c\n"), ("yes", "runtime-endpoint: \"yes\"\n"),
      ("a # b", "runtime-endpoint: 'a # b'\n"), ("a: b", "runtime-endpoint: 'a: b'\n"),
    ])
  func quotes(value: String, expected: String) throws {
    #expect(try set("", .runtimeEndpoint, value) == expected)
    #expect(try set("runtime-endpoint: \"x # y\" # z\n", .runtimeEndpoint, value).hasSuffix(" # z\n"))
  }

  @Test(
    "a file with a line that is not a key is refused",
    arguments: ["{timeout: 1, debug: true}\n", "timeout: |-\n  1\n"])
  func flow(text: String) throws {
    #expect(throws: Failure.self) { try set(text, .timeout, "3") }
  }

  @Test(
    "only valid values of a key are accepted",
    arguments: [
      (ConfigKey.timeout, "2s", nil), (.timeout, "-1", "-1"), (.timeout, "99999999999999999999", nil),
      (.debug, "t", "true"),
      (.debug, "yes", nil), (.debug, "0", "false"), (.maxRetries, "+3", "3"), (.imageEndpoint, "", ""),
    ])
  func values(key: ConfigKey, text: String, expected: String?) {
    #expect((try? key.value(text)).map(ConfigKey.text) == expected)
  }

  @Test func `the file is readable by its owner only and keeps a narrower mode`() async throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("new/crictl.yaml")
    let environment = ["CRI_CONFIG_FILE": path]
    // Reading a key does not create a file.
    for arguments in [["--get", "timeout"], ["--list"]] {
      let run = try await Tool.cri(["config"] + arguments, environment: environment)
      #expect(run.code == 0 && run.output.contains("0"), "\(run)")
      #expect(try await Tool.shell("ls -A '\(directory.path)' | grep -c new").output == "0\n")
    }
    #expect(
      try await Tool.cri(["config", "--set", "timeout=5,runtime-endpoint=unix:///a,b=c"], environment: environment).code
        == 0)
    #expect(TestFile.read(path) == "timeout: 5\nruntime-endpoint: unix:///a,b=c\n")
    #expect(try await Tool.shell("stat -c %a '\(path)'; chmod 644 '\(path)'").output == "600\n")
    #expect(try await Tool.cri(["-c", path, "config", "debug", "1"]).output.isEmpty)
    #expect(try await Tool.shell("stat -c %a '\(path)'; chmod 400 '\(path)'").output == "600\n")
    #expect(try await Tool.cri(["-c", path, "config", "debug", "1"]).output.isEmpty)
    #expect(try await Tool.shell("stat -c %a '\(path)'").output == "400\n")
    #expect(try await Tool.cri(["config", "--get", "debug"], environment: environment).output == "true\n")
    let list = try await Tool.cri(["config", "--list"], environment: environment).output
    #expect(list.hasPrefix("KEY                    VALUE\nruntime-endpoint       unix:///a,b=c\n"), "\(list)")
  }

  @Test func `a value is shown as it is read`() async throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("crictl.yaml")
    try TestFile.write("debug: yes\ntimeout: 010\npull-image-on-create: F\n", to: path)
    let environment = ["CRI_CONFIG_FILE": path]
    for (key, value) in [("debug", "true"), ("timeout", "10"), ("pull-image-on-create", "false")] {
      #expect(try await Tool.cri(["config", "--get", key], environment: environment).output == value + "\n")
    }
    let list = try await Tool.cri(["config", "--list"], environment: environment).output
    #expect(list.contains("timeout                10\ndebug                  true\n"), "\(list)")
  }

  @Test func `quoted values and blanks after commas are read as crictl reads them`() async throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("crictl.yaml")
    try TestFile.write("debug: \"true\"\ntimeout: '2'\n", to: path)
    let runtime = try TestRuntime(.listPodSandbox, ListPodSandboxResponse())
    let pods = try await Tool.cri(["pods"], on: runtime, environment: ["CRI_CONFIG_FILE": path])
    #expect(pods.code == 0 && pods.errors.contains("using unix://"), "\(pods.errors)")
    let run = try await Tool.cri(
      ["config", "--set", " timeout=7, debug=F"], environment: ["CRI_CONFIG_FILE": path])
    #expect(run.code == 0 && run.errors.isEmpty, "\(run.errors)")
    #expect(TestFile.read(path) == "debug: false\ntimeout: 7\n")
  }

  @Test(arguments: [
    (["--set", "tiemout=3"], "the configuration has no key tiemout; did you mean timeout?"),
    (["--get", "x"], "the configuration has no key x; the keys are runtime-endpoint, "),
    (["--set", "debug"], "--set debug: specify key=value"),
    (["timeout"], "specify one key and its value"), ([], "specify --get, --set, --list"),
    (["--list", "--get", "debug"], "specify only one of"),
    (["timeout", "2s"], "timeout 2s: specify a whole number of seconds"),
  ])
  func `a usage error changes nothing`(arguments: [String], expected: String) async throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("crictl.yaml")
    let run = try await Tool.cri(["config"] + arguments, environment: ["CRI_CONFIG_FILE": path])
    #expect(run.code == 2 && run.errors.contains(expected), "\(run)")
    #expect(TestFile.read(path).isEmpty)
  }

  /// The pipe stays open, and nothing is written to it.
  @Test(.timeLimit(.minutes(1))) func `a configuration without an end is read until the timeout`() async throws {
    let directory = try TemporaryDirectory()
    let cri = "'\(Tool.path("cri"))' -t 1s -c /dev/fd/3 version"
    let run = try await Tool.shell("mkfifo '\(directory.file("p"))'; exec 3<>'\(directory.file("p"))'; \(cri)")
    #expect(run.code == 2 && run.errors.contains("/dev/fd/3 cannot be read"), "\(run)")
  }
}
