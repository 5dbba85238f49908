import CRISystem
import Foundation
import TestSupport
import Testing

/// `exec` and `attach` against the simulated runtime.
@Suite(.timeLimit(.minutes(10))) struct ExecCommandTests {
  private static let web = "default/pod-0"

  /// Runs a test on a runtime with two pods; the second one has two containers.
  private func with(_ faults: [String] = [], _ test: (SimulatorProcess) async throws -> Void) async throws {
    let folder = try TemporaryDirectory()
    try TestFile.write(
      """
      pods:
      - {name: web, namespace: default, containers: [{name: nginx, image: i}]}
      - {name: db, namespace: prod, containers: [{name: sql, image: i}, {name: log, image: i}]}
      - {name: old, namespace: default, containers: [{name: job, image: i, state: exited}]}
      - {name: empty, namespace: prod, containers: []}
      """, to: folder.file("pods.yaml"))
    let simulator = try await SimulatorProcess(in: folder, ["--description", folder.file("pods.yaml")] + faults)
    do { try await test(simulator) } catch {
      await simulator.end()
      throw error
    }
    await simulator.end()
  }

  @Test(
    arguments: [
      (["web", "true"], "", "", 0), (["web", "exit", "7"], "", "", 7), (["web", "exit", "255"], "", "", 255),
      (["web", "echo", "a", "-b", "--c"], "a -b --c\n", "", 0), (["--", "web", "echo", "x"], "x\n", "", 0),
      (["web", "--", "echo", "x"], "x\n", "", 0), (["default/web", "echo", "x"], "x\n", "", 0),
      (["web/nginx", "echo", "x"], "x\n", "", 0), (["default/web/nginx", "echo", "x"], "x\n", "", 0),
      (["nginx", "echo", "x"], "x\n", "", 0), (["prod/db/sql", "echo", "x"], "x\n", "", 0),
      (["web", "sh", "-c", "echo a; echo b >&2; exit 3"], "a\n", "b\n", 3),
      (["-s", "web", "sh", "-c", "echo a; echo b >&2; exit 3"], "a\n", "b\n", 3),
      (["--sync", "web", "exit", "255"], "", "", 255),
      (
        ["-i", "-t", "-s", "web", "echo", "x"], "x\n",
        "cri: --sync has no input and no terminal, so -i and -t have no effect\n", 0
      ), (["-r", "websocket", "web", "exit", "9"], "", "", 9),
      (["--transport=spdy", "web", "echo", "x"], "x\n", "", 0), (["--name", "nginx", "echo", "x"], "x\n", "", 0),
      (["--timeout", "30", "web", "echo", "x"], "x\n", "", 0), (["-e", "web", "false"], "", "", 1),
    ] as [([String], String, String, Int32)])
  func `a command's output and exit status are passed on`(
    arguments: [String], output: String, errors: String, code: Int32
  ) async throws {
    try await with { simulator in
      let run = try await Tool.cri(["exec"] + arguments, on: simulator.socket)
      #expect(run.code == code && run.output == output && run.errors == errors, "\(run)")
    }
  }

  @Test(
    arguments: [
      (["web", "nosuch"], 127, "cannot run nosuch"), (["-s", "web", "nosuch"], 127, "cannot run nosuch"),
      (["absent", "true"], 125, "no container or pod with this ID or name"),
      (["empty", "true"], 125, "pod prod/empty has no running container; see cri ps -a --pod"),
      (["web", "drop"], 125, "may still be running"),
      (["db", "true"], 125, "prod/db/log, prod/db/sql"), (["old", "true"], 125, "is not running"),
      (["default/old/job", "true"], 125, "is not running"),
      (["--timeout", "300ms", "web", "hang"], 125, "within 0.3 seconds"),
      (["--timeout", "1", "-s", "web", "hang"], 125, "timeout 1s exceeded"), (["web"], 125, "no command"),
      ([], 125, "no container"), (["web", "-it", "sh"], 125, "options must precede"),
      (["-it", "web", "sh"], 125, "not a terminal"), (["-r", "quic", "web", "true"], 125, "quic"),
      (["-i", "--all", "cat"], 125, "need one container"),
      (["--name", "^x$", "true"], 125, "no running container matches"),
      (["--timeout", "x", "web", "true"], 125, "duration"),
      (["--detach-keys", "xx", "web", "true"], 125, "ctrl-p,ctrl-q"),
    ] as [([String], Int32, String)])
  func `a failure is never reported as the command's own exit status`(
    arguments: [String], code: Int32, text: String
  ) async throws {
    try await with { simulator in
      let run = try await Tool.cri(["exec"] + arguments, on: simulator.socket)
      #expect(run.code == code && run.output.isEmpty, "\(run)")
      #expect(run.errors.contains(text) && run.errors.split(separator: "\n").count == 1, "\(run)")
    }
  }

  @Test(
    arguments: [
      ("Exec", ["exec", "--timeout", "1s", "default/web", "true"]),
      ("ListContainers", ["exec", "--timeout", "1s", "default/web", "true"]),
    ])
  func `the timeout of exec also limits calls to which the runtime does not respond`(
    method: String, words: [String]
  ) async throws {
    try await with(["--hang", method]) { simulator in
      let run = try await Tool.cri(words, on: simulator.socket)
      #expect(run.code == 125 && run.duration < .seconds(15), "\(run)")
    }
  }

  @Test func `attach does not treat an unknown state of the container as a success`() async throws {
    try await with(["--fail", "ContainerStatus=UNKNOWN:broken"]) { simulator in
      let run = try await Tool.cri(["attach", "-i", "web"], on: simulator.socket, input: "exit 0\n")
      #expect(run.code == 125 && run.errors.contains("its exit code is unknown"), "\(run)")
    }
  }

  @Test func `an unreachable runtime exits with 125 too`() async throws {
    for command in [["exec", "web", "true"], ["attach", "web"]] {
      let run = try await Tool.cri(command, on: "/nonexistent/cri.sock")
      #expect(run.code == 125 && run.errors.contains("check that the runtime is running"), "\(run)")
    }
  }

  @Test(arguments: [[], ["--no-spdy"]])
  func `standard input arrives, and its end ends the command`(faults: [String]) async throws {
    try await with(faults) { simulator in
      let input = String(repeating: "0123456789abcde\n", count: 100_000)
      let socket = simulator.socket
      let run = try await Tool.cri(["exec", "-i", "--timeout", "20", "web", "cat"], on: socket, input: input)
      if faults.isEmpty {
        #expect(run.code == 0 && run.output == input && run.errors.isEmpty, "\(run.code) \(run.errors)")
      } else {
        // WebSocket v4 cannot end the input; the command says so, and waits.
        #expect(run.code == 125 && run.output == input, "\(run.code) \(run.errors)")
        #expect(run.errors.contains("cannot end the input"), "\(run.errors)")
      }
    }
  }

  @Test func `without -i the command gets no input`() async throws {
    try await with { simulator in
      let run = try await Tool.cri(["exec", "--timeout", "1", "web", "cat"], on: simulator.socket, input: "x")
      #expect(run.output.isEmpty, "\(run)")
    }
  }

  @Test func `-D reports the transport, and why another one was refused`() async throws {
    try await with(["--no-spdy"]) { simulator in
      let run = try await Tool.cri(["-D", "exec", "web", "exit", "4"], on: simulator.socket)
      #expect(run.code == 4, "\(run)")
      #expect(run.errors.contains("spdy was refused (the server refused the upgrade (HTTP status 403"), "\(run)")
      #expect(run.errors.contains("using websocket with v4.channel.k8s.io"), "\(run)")
      let only = try await Tool.cri(["exec", "-r", "spdy", "web", "true"], on: simulator.socket)
      #expect(only.code == 125 && only.errors.contains("try another --transport"), "\(only)")
    }
  }

  @Test(
    arguments: [
      (
        ["--all", "echo", "x"], ["default/web/nginx: x", "prod/db/log: x", "prod/db/sql: x"], 0,
        "3 containers: 3 exited with 0"
      ),
      (["--all", "-q", "echo", "x"], ["x", "x", "x"], 0, ""),
      (["-p", "POD", "exit", "3"], [], 3, "2 containers: 0 exited with 0; prod/db/"),
      (
        ["-s", "--all", "echo", "x"], ["default/web/nginx: x", "prod/db/log: x", "prod/db/sql: x"], 0, "3 exited with 0"
      ),
      (["-e", "--all", "false"], [], 0, "0 exited with 0"), (["--all", "nosuch"], [], 127, "cannot run nosuch"),
    ] as [([String], [String], Int32, String)])
  func `several containers have prefixed lines, a summary and one exit code`(
    arguments: [String], lines: [String], code: Int32, text: String
  ) async throws {
    try await with { simulator in
      let pods = try await Tool.cri(["pods", "--name", "db", "-q"], on: simulator.socket)
      let id = pods.output.trimmingCharacters(in: .newlines)
      let run = try await Tool.cri(["exec"] + arguments.map { $0 == "POD" ? id : $0 }, on: simulator.socket)
      #expect(run.code == code, "\(run)")
      #expect(run.output.split(separator: "\n").map(String.init).sorted() == lines, "\(run)")
      #expect(text.isEmpty ? run.errors.isEmpty : run.errors.contains(text), "\(run)")
    }
  }

  @Test func `the runtime's death during a session is not a success`() async throws {
    try await with { simulator in
      async let run = Tool.cri(["exec", "web", "sh", "-c", "echo begun; hang"], on: simulator.socket)
      try await Task.sleep(for: .seconds(2))
      await simulator.end(SIGKILL)
      let ended = try await run
      #expect(ended.code == 125 && ended.output == "begun\n", "\(ended)")
      #expect(ended.errors.contains("the command may still be running"), "\(ended)")
    }
  }

  @Test func `attach exits with the exit code of the session`() async throws {
    try await with { simulator in
      let run = try await Tool.cri(["attach", "-i", "web"], on: simulator.socket, input: "echo hello\nexit\n")
      #expect(run.code == 0 && run.output == "hello\n", "\(run)")
    }
  }

  /// The runtime ends the session when its input ends, so the end of the input must wait for the output.
  @Test(arguments: [
    ("echo first\nsleep 0.4\necho last\n", "first\nlast\n"), ("sleep 0.4\nsleep 0.4\necho last", "last\n"),
  ])
  func `attach prints what the container writes after the end of the input`(input: String, output: String) async throws
  {
    try await with { simulator in
      let run = try await Tool.cri(["attach", "-i", "web"], on: simulator.socket, input: input + "\n")
      #expect(run.code == 0 && run.output == output && run.errors.isEmpty, "\(run)")
    }
  }

  @Test func `attach to a container that never stops writing ends with its input`() async throws {
    try await with { simulator in
      let script = String(repeating: "echo x\nsleep 0.3\n", count: 1000)
      let run = try await Tool.cri(["attach", "-i", "web"], on: simulator.socket, input: script)
      #expect(run.code == 0 && run.duration < .seconds(60), "\(run.duration) \(run.code) \(run.errors)")
    }
  }

  @Test(
    arguments: [
      ("https://192.0.2.1:9/exec/x", "specify --allow-stream-host 192.0.2.1"),
      ("https://127.0.0.1:1/exec/x", "check the address of the runtime's streaming server"),
      ("http://192.0.2.1:9/exec/x", "specify --allow-stream-host 192.0.2.1"),
      ("http://node.example/exec/x", "specify --allow-stream-host node.example"),
      ("http://127.0.0.1:1/exec/x", "check the address of the runtime's streaming server"),
      ("http+unix://%2Fnonexistent.sock/x", "cannot connect to /nonexistent.sock"),
      ("file:///etc/passwd", "the scheme file is not supported"), ("http://u@127.0.0.1/x", "contains a user name"),
      ("http://127.0.0.1:9/\u{1b}[2Jx", "blanks or control characters"),
    ])
  func `a URL that cannot be followed is one line with a remedy`(url: String, text: String) async throws {
    try await with(["--streaming-url", url]) { simulator in
      for words in [["exec", "web", "true"], ["attach", "web"]] {
        let run = try await Tool.cri(words, on: simulator.socket)
        #expect(run.code == 125 && run.output.isEmpty && run.errors.contains(text), "\(run)")
        #expect(run.errors.split(separator: "\n").count == 1 && !run.errors.contains("\u{1b}"), "\(run)")
      }
    }
  }

  // MARK: On a terminal

  @Test func `the size of the terminal arrives first and on every change`() async throws {
    try await with { simulator in
      let run = try await TerminalRun.cri(
        ["exec", "-it", "web", "size"], on: simulator.socket,
        [.expect("80x24"), .size(100, 50), .expect("100x50"), .signal(SIGTERM)])
      #expect(run.code == 128 + 15 && run.isRestored, "\(run)")
    }
  }

  @Test(
    arguments: [
      ([.type("echo on\r"), .expect("on\n"), .type("exit 5\r")], 5),
      // Ctrl-C, Ctrl-Z and Ctrl-D are data for the command.
      ([.type("\u{3}\u{1a}\u{4}\r"), .expect("not found"), .type("exit 6\r")], 6),
      ([.type("\u{10}\u{11}"), .expect("detached")], 0), ([.signal(SIGHUP)], 129), ([.signal(SIGINT)], 130),
      ([.type("drop\r"), .expect("may still be running")], 125), ([.signal(SIGQUIT)], 131), ([.signal(SIGSEGV)], 139),
      ([.signal(SIGTERM)], 143), ([.signal(SIGABRT)], 134), ([.signal(SIGBUS)], 135), ([.signal(SIGILL)], 132),
      ([.signal(SIGUSR1)], 138), ([.signal(SIGALRM)], 142), ([.signal(SIGXCPU)], 152), ([.signal(40)], 168),
      // A shell uses its own mode while the command is stopped.
      ([.raw(true), .signal(SIGSTOP), .restore, .raw(false), .signal(SIGCONT), .raw(true), .type("exit 4\r")], 4),
    ] as [([TerminalRun.Step], Int)])
  func `the terminal is restored however the session ends`(steps: [TerminalRun.Step], code: Int) async throws {
    try await with { simulator in
      let begin: [TerminalRun.Step] = [.type("echo begin\r"), .expect("begin\n")]
      let run = try await TerminalRun.cri(["exec", "-it", "web", "sh"], on: simulator.socket, begin + steps)
      #expect(run.code == code && run.isRestored, "\(run)")
    }
  }

  @Test(arguments: ["spdy", "websocket"])
  func `an input that cannot be read is an error`(transport: String) async throws {
    try await with { simulator in
      let run = try await Tool.shell(
        "'\(Tool.path("cri"))' -r '\(simulator.socket)' exec -i --transport \(transport) web cat </; exit $?")
      #expect(run.code == 125 && run.errors.contains("cannot read standard input: Is a directory"), "\(run)")
    }
  }

  /// The command has ended, but its output is not read.
  @Test(
    arguments: [
      ("web yes", 143), ("--timeout 2s web yes", 125), ("-a yes", 143), ("--timeout 2s -a yes", 125),
      ("--timeout 2s --sync web echo x", 125), ("--timeout 2s --sync -a echo x", 125),
    ])
  func `lost output is an error, whatever the result of the command is`(words: String, code: Int32) async throws {
    let folder = try TemporaryDirectory()
    try await with { simulator in
      let script = """
        cd "$2"; mkfifo p; exec 9<>p; dd if=/dev/zero of=p oflag=nonblock bs=4096 count=16 2>/dev/null
        "$0" -r "$1" exec \(words) >p 9>&- & process=$!
        for i in $(seq \(code == 143 ? 8 : 60)); do sleep 0.5; kill -0 $process 2>/dev/null || break; done
        kill -TERM $process 2>/dev/null; wait $process
        """
      let run = try await Tool.run(["/bin/bash", "-c", script, Tool.path("cri"), simulator.socket, folder.path])
      #expect(run.code == code && !run.errors.isEmpty, "\(run)")
    }
  }

  @Test(
    arguments: [
      ("web echo x >/dev/full", 125), ("-a echo x >/dev/full", 125), ("--sync web echo x >/dev/full", 125),
      ("-a sh -c 'echo x; sleep 60' >/dev/full", 125), ("web sh -c 'echo x; sleep 60' >/dev/full", 125),
      ("web echo x | true", 141),
    ])
  func `output that cannot be written ends the session each time`(words: String, code: Int32) async throws {
    try await with { simulator in
      // The reader has closed the pipe when the command starts.
      let cri = "(sleep 0.2; exec '\(Tool.path("cri"))' -r '\(simulator.socket)' exec \(words)"
      let command = words.contains(" | ") ? cri.replacing(" | ", with: ") | ") : "\(cri))"
      let run = try await Tool.run(
        ["/bin/bash", "-c", "for i in 1 2 3 4 5 6; do \(command); echo ${PIPESTATUS[0]}; done 2>/dev/null | sort -u"])
      #expect(run.output == "\(code)\n" && run.duration < .seconds(30), "\(run)")
    }
  }
}
