import Foundation
import Glibc
import TestSupport
import Testing

extension GuardHoldTests {
  /// The signals that terminate a process by default, except those that `guard` treats as a request to end, those of a crash,
  /// and SIGKILL.
  private static let others =
    [SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU, SIGXFSZ, SIGIO, SIGPWR, SIGSTKFLT] + [34, 40, 64]

  private func sendOthers(to process: String) -> String {
    "for number in \(Self.others.map(String.init).joined(separator: " ")); do kill -$number \(process); done\n"
  }

  /// SIGUSR1, for example, is sent by mistake to make a program reopen its log.
  @Test func `a signal that does not ask guard to end has no effect`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    try systemd.when("stop", sendOthers(to: "$PPID"))
    try systemd.when("start", sendOthers(to: "$PPID"))
    let status = directory.file("status")
    let run = try await guarding(
      runtime, systemd,
      run: "cat /proc/$$/status >'\(status)'\n" + sendOthers(to: "$PPID") + restart(runtime)
        + """
        setsid sh -c 'while kill -0 $0; do sleep 0.05; done
          while kill -USR1 $1; do sleep 0.02; done' $$ $PPID </dev/null >/dev/null 2>&1 &

        """)
    #expect(run.code == 0 && run.output.contains("intact") && run.errors.isEmpty, "\(run)")
    #expect(systemd.changes == ["stop kubelet", "start kubelet"])
    let line = TestFile.read(status).split(separator: "\n").first { $0.hasPrefix("SigIgn:") }
    let ignored = try #require(line.flatMap { UInt64($0.dropFirst(8), radix: 16) })
    // Only SIGHUP is ignored by the command, and the two signals (32 and 33) that the C library always ignores for it.
    #expect(ignored & ~0x1_8000_0000 == 1, "\(ignored)")
  }

  /// As the help says, only a signal after the end of the command ends the wait for what it has started.
  @Test func `a second signal is passed on too while the command runs`() async throws {
    let (runtime, systemd) = (try await SimulatorProcess(in: directory), try await kubelet())
    let run = try await guarding(
      runtime, systemd,
      run: "trap 'echo x >>\(directory.file("received"))' TERM\nkill -TERM $PPID; sleep 1; kill -TERM $PPID; sleep 1\n"
        + restart(runtime))
    #expect(run.code == 0 && run.output.contains("intact"), "\(run)")
    #expect(TestFile.read(directory.file("received")) == "x\nx\n")
    #expect(systemd.changes == ["stop kubelet", "start kubelet"])
  }
}
