import CRIMessages
import CRIProtobuf
import Glibc
import TestSupport
import Testing

@testable import CRICommands

/// Completion in bash on its own terminal: the text that appears on the line, and the arguments that the command
/// receives.
@Suite("Completion in bash", .enabled(if: Shells.areInstalled && access("/usr/bin/script", X_OK) == 0))
struct BashCompletionTests {
  /// - Parameter names: The names of the pods, which are also their namespaces.
  private func runtime(_ names: [String]) throws -> TestRuntime {
    try TestRuntime { name, _ in
      switch name {
      case "ListPodSandbox":
        .message(
          ListPodSandboxResponse(
            items: names.map { PodSandbox(id: "p", metadata: PodSandboxMetadata(name: $0, namespace: $0)) }))
      case "ListImages": .message(ListImagesResponse(images: [Image(id: "i", repoTags: ["r/x:1", "r/x:2", "q/y:3"])]))
      default: nil
      }
    }
  }

  /// Types keys and Enter, and returns the words that the command received. All keys are typed before bash has started.
  private func words(_ keys: String, _ names: [String]) async throws -> [String] {
    let directory = try TemporaryDirectory()
    let runtime = try runtime(names)
    defer { withExtendedLifetime(runtime) {} }
    try TestFile.write(
      """
      export CONTAINER_RUNTIME_ENDPOINT='\(runtime.path)' LC_ALL=C.UTF-8 HISTFILE=
      cd '\(directory.path)'
      touch 'a file' other
      source <('\(Tool.path("cri"))' completion bash)
      cri() {
        if [ "$1" = __complete ]; then '\(Tool.path("cri"))' "$@"; else printf '%s\\n' "$@" > '\(directory.file("words"))'; fi
      }
      """, to: directory.file("rc"))
    try TestFile.write(keys + "\n", to: directory.file("keys"))
    let run = try await Tool.shell(
      "TERM=dumb timeout 100 script -qec \"bash --rcfile '\(directory.file("rc"))' -i\" /dev/null < '\(directory.file("keys"))'"
    )
    #expect(!TestFile.exists(directory.file("harm")), "\(run.output)")
    let words = TestFile.read(directory.file("words"))
    #expect(!words.isEmpty, "\(run.output)\(run.errors)")
    return words.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
  }

  @Test(
    "a name is inserted as one word, whatever characters it contains",
    arguments: [
      "$(touch harm)", "`touch harm`", "a; touch harm", "a b", "a&touch harm", "a|tee harm", "a>harm", "a\\", "a'b",
      "a\"b",
      "~root", "*", "?[a]", "{a,b}", "$HOME", "a!b", "#a", "^a^b", "wörld", "a\u{301}'", "=a", "a:b=c@d", "!!",
    ])
  func hostile(name: String) async throws {
    #expect(try await words("cri ps --namespace \t", [name]) == ["ps", "--namespace", name])
  }

  @Test(
    "typed text is completed, even inside quotes and after a backslash",
    arguments: [
      ("cri ps --namespace 'web\t", ["web $x"], ["ps", "--namespace", "web $x"]),
      ("cri ps --namespace \"web\t", ["web $x`\"\\"], ["ps", "--namespace", "web $x`\"\\"]),
      ("cri ps --namespace web\\ \t", ["web $x"], ["ps", "--namespace", "web $x"]),
      ("cri ps --namespace web\\\t", ["web $x"], ["ps", "--namespace", "web $x"]),
      ("cri ps --namespace 'web 'a\t", ["web a;b"], ["ps", "--namespace", "web a;b"]),
      // Several candidates with a common prefix, then one more letter.
      ("cri ps --namespace w\tx\t", ["w $x", "w $y"], ["ps", "--namespace", "w $x"]),
      ("cri ps --namespace=\t", ["$(touch harm)"], ["ps", "--namespace=$(touch harm)"]),
      ("cri ps --namespace=$\t", ["$(touch harm)"], ["ps", "--namespace=$(touch harm)"]),
      ("cri ps --namespace=\"a\t", ["a:$(touch harm)"], ["ps", "--namespace=a:$(touch harm)"]),
      ("cri ps --namespace a:\t", ["a:b c"], ["ps", "--namespace", "a:b c"]),
      // Neither value can be written in these quotes, so nothing is inserted.
      ("cri ps --namespace 'a\t'", ["a'$(touch harm)"], ["ps", "--namespace", "a"]),
      ("cri ps --namespace \"a\t\"", ["a!b"], ["ps", "--namespace", "a"]),
      // This value would be parsed as an option.
      ("cri ps --namespace \tx", ["-rf"], ["ps", "--namespace", "x"]),
      ("cri ps --namespace=\t", ["-rf"], ["ps", "--namespace=-rf"]),
      // Control characters are escaped.
      ("cri ps --namespace \t", ["a\n\u{1b}"], ["ps", "--namespace", "a\\n\\x1b"]),
      ("cri inspecti r/x:\t1", [], ["inspecti", "r/x:1"]), ("cri inspecti q\t", [], ["inspecti", "q/y:3"]),
      ("cri diff a\t", [], ["diff", "a file"]), ("cri diff 'a\t", [], ["diff", "a file"]),
      ("cri verify --before=o\t", [], ["verify", "--before=other"]), ("cri --config o\t", [], ["--config", "other"]),
      ("cri ps -o jsonp\t{.x}", [], ["ps", "-o", "jsonpath={.x}"]),
    ] as [(String, [String], [String])])
  func typed(keys: String, names: [String], words: [String]) async throws {
    #expect(try await self.words(keys, names) == words)
  }
}
