import CRIMessages
import TestSupport
import Testing

/// Scripts for crictl may write options as Go's flags allow. The tests compare the requests for lists that the runtime
/// receives.
@Suite("Options as Go writes them", .serialized)
struct GoSpellingTests {
  /// Arguments in Go's syntax and in the usual syntax.
  @Test(
    "options in Go's syntax mean the same as in the usual syntax",
    arguments: [
      ("ps --quiet=true", "ps --quiet"), ("ps -q=1", "ps -q"), ("ps -q=T -a=f", "ps -q"), ("ps --quiet=false", "ps"),
      ("ps -a -q --all=false", "ps -q"), ("ps -quiet", "ps -q"), ("ps -all", "ps --all"), ("ps --q --a", "ps -a -q"),
      ("ps -no-trunc", "ps --no-trunc"), ("ps -output=json", "ps -o json"), ("ps -o=yaml", "ps -o yaml"),
      ("ps -n -1", "ps"), ("ps --last -2 -q", "ps -q"), ("ps -qn -1", "ps -q"), ("ps -qn 1", "ps -n 1 -q"),
      ("ps --name= -q", "ps -q"), ("ps --id= --pod= -a", "ps -a"), ("ps -a -id 0", "ps -a --id 0"),
      ("ps --label= -q", "ps --label '' -q"), ("ps -aq", "ps --all --quiet"), ("ps -aqv", "ps -a -q -v"),
      ("ps --name -quiet -a", "ps -a --name=-quiet"), ("ps --state= --image= --namespace= -q", "ps -q"),
      ("pods --state= -q", "pods -q"), ("pods -latest=true -q", "pods -l -q"), ("images -digests", "images --digests"),
      ("images --filter=dangling=true", "images -f dangling=true"), ("inspectp -latest -q", "inspectp -l -q"),
      ("ps help", "ps --help"), ("logs h", "logs --help"), ("h ps", "help ps"), ("h", "--help"),
    ])
  func same(words: String, usual: String) async throws {
    let directory = try TemporaryDirectory()
    let simulator = try await SimulatorProcess(
      in: directory, ["--pods", "2", "--containers", "3"])
    let run = try await Tool.cri(Self.split(words), on: simulator.socket)
    let other = try await Tool.cri(Self.split(usual), on: simulator.socket)
    await simulator.end()
    #expect(run.output == other.output)
    #expect(run.errors == other.errors)
    #expect(run.code == other.code)
  }

  private static func split(_ words: String) -> [String] {
    words.split(separator: " ").map { $0 == "''" ? "" : String($0) }
  }

  @Test(
    "invalid options are reported",
    arguments: [
      ("ps --quiet=maybe", "'--quiet'"), ("ps -nosuch", "-nosuch"), ("ps --n", "'-n <N>'"), ("ps -q=", "'-q'"),
      ("-r /s ps --nosuch", "see: cri ps --help"), ("-r /s nosuch", "unknown command nosuch"),
    ])
  func wrong(words: String, error: String) async throws {
    let run = try await Tool.cri(Self.split(words))
    #expect(run.code == 2)
    #expect(run.errors.contains(error), "\(run.errors)")
    #expect(run.errors.filter { $0 == "\n" }.count == 1)
    #expect(run.output.isEmpty)
  }

  @Test(
    "the word after an option is its value, whatever it begins with",
    arguments: [["--name", "-x"], ["--name", "-q", "-q"]])
  func values(options: [String]) async throws {
    let runtime = try TestRuntime { _, _ in
      .message(ListContainersResponse(containers: [Container(id: "a", metadata: ContainerMetadata(name: "a-x-q"))]))
    }
    let run = try await Tool.cri(["ps"] + options, on: runtime)
    #expect(run.code == 0 && run.output.contains("a"), "\(run)")
  }

  @Test("the arguments of a guarded command are not read as options")
  func guarded() async throws {
    let run = try await Tool.cri(
      ["guard", "--hold=", "--", "sh", "-all", "--quiet=false"], environment: ["CRI_CONFIG_FILE": "/dev/null"])
    #expect(!run.errors.contains("-all"), "\(run.errors)")
  }
}
