import Glibc
import TestSupport
import Testing

/// Runs the hooks as root in directories that another user owns or that lead to one.
@Suite(.timeLimit(.minutes(5)), .enabled(if: geteuid() == 0, "needs root: only root can give files to other users"))
struct HookDirectoryTests {
  private let directory: TemporaryDirectory
  private static let hooks = Tool.source("Tools/hooks")
  private static let other: uid_t = 65534

  init() throws {
    directory = try TemporaryDirectory()
    // The other user must be able to access their files.
    chmod(directory.path, 0o755)
  }

  /// How a hook is run, and its exit code if it rejects its directory.
  enum Hook: String, CaseIterable {
    case snapshot, verify, recheck, gate, accept, status
    case upgrade, report, reboot, ansible

    /// kured's reboot continues without a snapshot.
    var refusal: Int32 { self == .reboot ? 0 : 2 }

    /// The text before the error message on standard error.
    var prefix: String {
      switch self {
      case .upgrade, .report: "upgrade: "
      case .reboot: "cri-reboot: "
      case .ansible: ""
      default: "cri-hook: "
      }
    }
  }

  /// A defect in the directory, as the shell command that creates it; `$d` is the directory that the hook uses, and
  /// `$p` is its parent.
  enum Trap: String, CaseIterable {
    case owned = "mkdir -p $d; chown 65534 $d"
    case writableByAll = "mkdir -p $d; chmod 777 $d"
    case sticky = "mkdir -p $d; chmod 1777 $d"
    case writableByGroup = "mkdir -p $d; chmod 775 $d"
    case parentOwned = "mkdir -p $d; chown 65534 $p"
    case parentWritable = "mkdir -p $d; chmod 777 $p"
    case missingInOwned = "mkdir -p $p; chown 65534 $p"
    case linkOfOther = "mkdir -p $p; ln -s $root $d; chown -h 65534 $d"
    case linkedParent = "ln -s $root $p; chown -h 65534 $p"
    case ownLinkThroughOther = "ln -s $root $x/l; chown -h 65534 $x/l; ln -s $x/l $p"
    case file = "mkdir -p $p; : >$d"
    case fifo = "mkdir -p $p; mkfifo $d"
    case loop = "mkdir -p $p; ln -s d $d"

    /// The reason in the error message.
    var reason: String {
      switch self {
      case .owned, .parentOwned, .missingInOwned, .linkOfOther, .linkedParent, .ownLinkThroughOther:
        "belongs to user 65534"
      case .writableByAll, .sticky, .writableByGroup, .parentWritable: "can be changed by other users"
      case .file, .fifo: "is not a directory"
      case .loop: "has too many symbolic links"
      }
    }
  }

  /// Runs a hook in `x/p/d`, with `/bin/true` as the command, because only the shell code is tested.
  private func run(_ hook: Hook) async throws -> Tool {
    let hookDirectory = directory.file("x/p/d")
    var environment = [
      "CRI": "/bin/true", "CRI_BEFORE": hookDirectory + "/before.json", "CRI_REPORT": hookDirectory + "/report.txt",
      "CRI_REBOOT": "touch \(directory.file("rebooted"))", "CRI_FALLBACK": directory.file("absent"),
      "CRI_HOOK_STATUS_DIR": directory.file("root/status"), "CRI_HOOK_CONF": directory.file("hook.conf"),
    ]
    let words: [String]
    switch hook {
    case .upgrade, .report:
      let variable = hook == .upgrade ? "CRI_REPORT" : "CRI_BEFORE"
      environment[variable] = directory.file("root/file")
      words = ["/bin/sh", "-c", ". '\(Self.hooks)/shell/cri-upgrade.sh'; cri_begin"]
    case .reboot: words = ["\(Self.hooks)/kured/cri-reboot"]
    case .ansible:
      // The command line of the role's task.
      words = [
        "/bin/sh", "-c",
        ". '\(Self.hooks)/ansible/roles/cri_guard/files/trusted-directory.sh'; cri_resolve_trusted \"$1\" make || { echo \"$cri_reason\" >&2; exit 2; }",
        "sh", hookDirectory,
      ]
    default:
      environment["CRI_HOOK_DIR"] = directory.file("x/p")
      words = ["\(Self.hooks)/systemd/cri-hook", hook.rawValue, "d", "/nowhere.sock"]
    }
    return try await Tool.run(["/usr/bin/timeout", "-k", "1", "20"] + words, environment: environment)
  }

  private func prepare(_ script: String) async throws {
    let names =
      "x=\(directory.file("x")) p=\(directory.file("x/p")) d=\(directory.file("x/p/d")) root=\(directory.file("root"))"
    let run = try await Tool.shell("set -e; umask 022; \(names); mkdir -p $x $root/d; \(script)")
    #expect(run.code == 0, "\(run)")
  }

  /// All files below the directory, with their type, mode, owner and size.
  private func listing() async throws -> String {
    try await Tool.shell(
      "cd '\(directory.path)' && find . -mindepth 1 ! -name rebooted ! -path './root/status*' -printf '%p %y %m %u %l %s\\n' | sort"
    ).output
  }

  @Test(arguments: Hook.allCases, Trap.allCases)
  func `a hook refuses a directory that other users can write to, and touches nothing`(hook: Hook, trap: Trap)
    async throws
  {
    try await prepare(trap.rawValue)
    let before = try await listing()
    let run = try await run(hook)
    #expect(run.code == hook.refusal, "\(run)")
    #expect(run.errors.hasPrefix(hook.prefix) && run.errors.contains(trap.reason), "\(run)")
    #expect(run.errors.split(separator: "\n").count == 1 || hook == .upgrade || hook == .report, "\(run.errors)")
    #expect(run.output.isEmpty, "\(run.output)")
    #expect(try await listing() == before)
    // Nobody may take an earlier verdict for that of now.
    if hook == .gate || hook == .verify {
      #expect(TestFile.read(directory.file("root/status/d.status")).contains("verdict=unverified\n"))
    }
    #expect(TestFile.exists(directory.file("rebooted")) == (hook == .reboot))
  }

  @Test(arguments: Hook.allCases.filter { $0 != .status })
  func `a hook creates a missing directory that only root may enter, also through a link of root`(hook: Hook)
    async throws
  {
    try await prepare("mkdir $x/real; ln -s real $x/link; ln -s $x/link $p; chmod 1777 $x")
    let run = try await run(hook)
    // There is nothing to accept.
    if hook == .accept {
      #expect(run.code == 2 && !TestFile.exists(directory.file("x/real/d")), "\(run)")
      return
    }
    #expect(run.code == 0 || hook == .gate, "\(run)")
    #expect(try await Tool.shell("stat -c '%a %u %F' '\(directory.file("x/real/d"))'").output == "700 0 directory\n")
  }

  @Test(arguments: ["verify", "accept"]) func `what a hook writes can be read by root only`(verb: String) async throws {
    try await prepare(verb == "accept" ? "mkdir -p -m 0700 $d; echo 1 >$d/verdict; chmod 600 $d/verdict" : "")
    let run = try await run(#require(Hook(rawValue: verb)))
    #expect(run.code == 0, "\(run)")
    let files = try await Tool.shell("stat -c '%a %u' '\(directory.file("x/p/d"))'/* | sort -u").output
    #expect(files == "600 0\n")
  }

  /// Runs `cri_begin` with relative paths, after another user has tampered with the current directory.
  private func begin(_ shell: String, after change: String) async throws -> Tool {
    let script = """
      cd '\(directory.file("x/p/d"))'; . '\(Self.hooks)/shell/cri-upgrade.sh'
      CRI_BEFORE=cri-test-relative/before.json; CRI_REPORT=cri-test-relative/report.txt; \(change)
      cri_begin; echo "$CRI_BEFORE $CRI_REPORT"
      """
    return try await Tool.run(["/usr/bin/timeout", "20", shell, "-c", script])
  }

  @Test(arguments: ["/bin/sh", "/bin/bash"])
  func `a relative path stays below the current directory that another user exchanges for a link`(shell: String)
    async throws
  {
    try await prepare("mkdir -p $d")
    let (current, moved) = (directory.file("x/p/d"), directory.file("x/p/moved"))
    let run = try await begin(
      shell, after: "mv '\(current)' '\(moved)'; ln -s '\(directory.file("root"))' '\(current)'")
    #expect(run.code == 0, "\(run)")
    let used = "\(moved)/cri-test-relative"
    #expect(run.output == "\(used)/before.json \(used)/report.txt\n")
    #expect(!TestFile.exists(directory.file("root/cri-test-relative")))
  }

  @Test(arguments: ["/bin/sh", "/bin/bash"])
  func `a relative path is refused if the current directory was removed`(shell: String) async throws {
    try await prepare("mkdir -p $d")
    let run = try await begin(shell, after: "rmdir '\(directory.file("x/p/d"))'")
    defer { rmdir("/cri-test-relative") }
    #expect(run.code == 2 && run.output.isEmpty, "\(run)")
    #expect(run.errors.hasPrefix("upgrade: the current directory was removed; "), "\(run)")
    #expect(!TestFile.exists("/cri-test-relative"))
  }

  @Test func `the status command creates no directory`() async throws {
    try await prepare("")
    let run = try await run(.status)
    #expect(run.code == 4 && run.output == "no verdict since boot\n", "\(run)")
    #expect(!TestFile.exists(directory.file("x/p")))
  }

  @Test func `a file is swapped without writing through a planted link`() async throws {
    try await prepare(
      "echo old >$x/bin; echo new >$root/new; echo kept >$root/kept; ln -s $root/kept $x/bin.new; mkdir $p")
    let script =
      ". '\(Self.hooks)/shell/cri-upgrade.sh'; cri_shell=$$; cri_swap '\(directory.file("root/new"))' '\(directory.file("x/bin"))'"
    let run = try await Tool.shell(script)
    #expect(run.code == 0, "\(run)")
    #expect(TestFile.read(directory.file("root/kept")) == "kept\n")
    #expect(
      TestFile.read(directory.file("x/bin")) == "new\n"
        && TestFile.read(directory.file("x/bin.before")) == "old\n")
    #expect(try await Tool.shell("stat -c %a '\(directory.file("x/bin"))'").output == "755\n")
  }

  @Test func `every hook has the same check of its directory`() async throws {
    let files = [
      "systemd/trusted-directory.sh", "kured/cri-reboot", "shell/cri-upgrade.sh",
      "ansible/roles/cri_guard/files/trusted-directory.sh",
    ]
    let checks = files.map { name -> Substring in
      let lines = TestFile.read("\(Self.hooks)/\(name)").split(separator: "\n", omittingEmptySubsequences: false)
      guard let first = lines.firstIndex(where: { $0.hasPrefix("# BEGIN trusted directory") }),
        let last = lines.firstIndex(of: "# END trusted directory")
      else { return "" }
      return Substring(lines[first...last].joined(separator: "\n"))
    }
    #expect(checks[0].contains("cri_resolve_trusted()"))
    for (name, check) in zip(files, checks) { #expect(check == checks[0], "\(name)") }
  }
}
