import TestSupport

/// A systemctl that logs its calls, with a directory that contains a file with the state of each unit.
struct FakeSystemctl {
  private let directory: TemporaryDirectory

  /// - Parameter units: The units' states by name, such as `["kubelet": "active"]`.
  init(in directory: TemporaryDirectory, units: [String: String]) async throws {
    self.directory = directory
    // A restart runs the script that `onRestart` has set. The file `NAME.fails` makes a verb fail.
    try TestFile.write(
      """
      #!/bin/sh
      units='\(directory.path)/units'
      echo "$*" >>"$units/log"
      if [ "$1" = show ]; then
        case $2 in *LoadState*)
          if [ -f "$units/$3.masked" ]; then echo LoadState=masked
          elif [ -f "$units/$3" ] || [ "${3%.service}" = containerd ] && [ ! -f "$units/absent" ]; then echo LoadState=loaded
          else echo LoadState=not-found; fi ;;
        esac
        cat "$units/$3.shows" 2>/dev/null
        echo "ActiveState=$(cat "$units/$3" 2>/dev/null || echo inactive)"
        exit 0
      fi
      if [ "$1" = list-jobs ]; then
        # As with SYSTEMD_COLORS=1 in the environment, unless the caller changes it.
        colour='s/ [a-z]*[.]service/\\x1b[0;1;32m&\\x1b[0m/'
        [ "${SYSTEMD_COLORS:-}" != 0 ] || colour=''
        sed "$colour" "$units/jobs" 2>/dev/null
        exit 0
      fi
      [ "$1" != list-units ] || { cat "$units/states" 2>/dev/null; exit 0; }
      [ "$1" != is-active ] || { [ "$2" != --quiet ] || shift; exec grep -qx active "$units/$2"; }
      [ ! -f "$units/$1.does" ] || . "$units/$1.does"
      [ ! -f "$units/$1.fails" ] || { echo "Failed to $1 $2: it is only a test" >&2; exit 1; }
      case $1 in
        mask) [ -f "$units/in-etc" ] || : >"$units/$3.masked"; exit 0 ;;
        unmask) rm -f "$units/$3.masked"; exit 0 ;;
        start) [ ! -f "$units/$2.masked" ] || { echo "Failed to start $2: Unit $2 is masked." >&2; exit 1; } ;;
      esac
      case $1 in stop) echo inactive ;; *) echo active ;; esac >"$units/$2"

      """, to: directory.file("systemctl"))
    for (name, state) in units {
      _ = try await Tool.shell(
        "mkdir -p '\(directory.file("units"))'; echo \(state) >'\(directory.file("units"))/\(name)'")
    }
    _ = try await Tool.shell("chmod +x '\(directory.file("systemctl"))'")
  }

  /// The directory comes first in PATH.
  var path: String { "\(directory.path):/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" }

  func fail(_ verb: String) throws { try TestFile.write("", to: directory.file("units/\(verb).fails")) }

  /// Runs shell code before each of these verbs, with the unit as `$2`.
  func when(_ verb: String, _ script: String) throws {
    try TestFile.write(script + "\n", to: directory.file("units/\(verb).does"))
  }

  /// Adds a line to what `show` prints for a unit.
  func show(_ line: String, of name: String) throws {
    try TestFile.write(line + "\n", to: directory.file("units/\(name).shows"))
  }

  /// Somebody else starts or stops a unit.
  func set(_ name: String, _ state: String) throws {
    try TestFile.write(state + "\n", to: directory.file("units/\(name)"))
  }

  /// What `list-units` prints.
  func setStates(_ lines: String) throws { try TestFile.write(lines + "\n", to: directory.file("units/states")) }

  /// What `list-jobs` prints.
  func setJobs(_ lines: String) throws { try TestFile.write(lines + "\n", to: directory.file("units/jobs")) }

  func state(of name: String) -> String {
    String(TestFile.read(directory.file("units/\(name)")).split(separator: "\n").first ?? "")
  }

  /// The calls that changed a unit, in order, such as `stop kubelet`.
  var changes: [String] {
    TestFile.read(directory.file("units/log")).split(separator: "\n").map(String.init).filter {
      !$0.hasPrefix("show") && !$0.hasPrefix("is-active") && !$0.hasPrefix("list-")
    }
  }
}
