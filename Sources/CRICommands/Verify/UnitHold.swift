internal import CRICommandLine
internal import CRISystem

/// Systemd units that are stopped during a change, such as kubelet, which reacts immediately to what it sees.
struct UnitHold {
  private var names: [String]
  private let signals: SignalWatch
  /// Whether the units are masked while they are stopped.
  private let masks: Bool
  /// The units that were active and that we have stopped, in this order.
  private var stopped: [String] = [] {
    didSet { Self.prepareNote(stopped) }
  }

  /// The units that were not active.
  private(set) var inactive: [String] = []

  /// What happened to the units after the command.
  enum Outcome {
    /// The command was not run.
    case untouched
    case started
    /// A unit could not be started.
    case failed(Failure)
    /// The units were left stopped, because of this exit code.
    case kept(Int32)
  }

  init(_ names: [String], signals: SignalWatch, masks: Bool = false) {
    self.names = names
    self.signals = signals
    self.masks = masks
  }

  /// The error for a name that systemctl would not take as one unit: an option, a pattern, several units, or a path;
  /// nil for a plain name.
  static func nameError(for name: String) -> String? {
    let isPlain = !name.isEmpty && name.utf8.allSatisfy { isNameByte($0) } && !name.hasPrefix("-")
    return isPlain ? nil : "--hold '\(name)': this is not the name of a unit; specify one unit, such as kubelet"
  }

  /// The bytes of unit names, according to systemd.unit(5).
  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: ":-_.\\@".utf8.contains(byte)
    }
  }

  /// Whether a unit would be stopped.
  var hasActiveUnit: Bool { names.contains { (try? state(of: $0) != .inactive) == true } }

  /// Stops the units. If one of them cannot be stopped, those before it are started again.
  /// - Parameter runtime: The runtime's unit, which must not be among them; nil if it is unknown.
  mutating func stop(sparing runtime: String?) throws(Failure) {
    var active: [String] = []
    var wasActive: [String] = []
    // All units are examined before the first one is stopped.
    for name in names {
      let state = try state(of: name)
      if state != .inactive { active.append(name) }
      if state != .active {
        Self.printNotice("\(name) is not active, so it will not be started at the end")
        inactive.append(name)
      }
      if state == .active { wasActive.append(name) }
    }
    try resolveAliases(&active, &wasActive)
    if let runtime {
      for name in names {
        let others = try dependents(of: name)
        guard [name, "\(name).service"].contains(runtime) || others.contains(runtime) else { continue }
        throw Failure(
          .usage,
          "--hold \(name) would also stop \(runtime), which is the runtime itself; hold only units that do not contain it; "
            + "nothing was changed")
      }
    }
    // A masked unit could not be started again, and an administrator's mask must stay.
    for name in active {
      let facts = try facts("LoadState,UnitFileState,ActiveState", of: name)
      guard facts.contains("LoadState=masked") else { continue }
      let option = facts.contains("UnitFileState=masked-runtime") ? "--runtime " : ""
      throw Failure(
        .unreachable,
        "\(name) is masked, so it could not be started again at the end; if that is not intended, run systemctl unmask "
          + "\(option)\(name); nothing was changed")
    }
    if masks {
      for name in active where try facts("FragmentPath,ActiveState", of: name).contains(where: Self.isUnmaskable) {
        throw Failure(.unreachable, "\(name) cannot be masked (\(Self.unmaskable)); nothing was changed")
      }
    }
    for name in active {
      if wasActive.contains(name) {
        let others = try dependents(of: name).filter { !stopped.contains($0) }
        for other in others {
          Self.printNotice(
            "\(other) is stopped too, because it depends on \(name); it is treated in the same way at the end")
        }
        stopped += others + [name]
      }
      var interruption: SignalWatch.Received?
      var failure = systemctl("stop", name) { interruption = $0 }
      var step = "stopped"
      if failure == nil, interruption == nil, masks { (failure, step) = (mask(name), "masked") }
      if failure == nil && interruption == nil { continue }
      // This includes the unit that could not be stopped, because it may be partly stopped.
      release()
      if let interruption { throw InterruptedError(signal: interruption).before }
      throw Failure(
        .unreachable, "\(name) cannot be \(step) (\(failure ?? "")); the command was not run and nothing was changed")
    }
  }

  /// Replaces aliases by the units' own names, because a mask of an alias does not mask the unit, and because systemd
  /// names the runtime's unit by its own name.
  private mutating func resolveAliases(_ active: inout [String], _ wasActive: inout [String]) throws(Failure) {
    for name in names {
      let id = try facts("Id,ActiveState", of: name).first { $0.hasPrefix("Id=") }.map { String($0.dropFirst(3)) }
      guard let id, ![name, "\(name).service"].contains(id), Self.nameError(for: id) == nil else { continue }
      Self.printNotice("\(name) is another name of \(id)")
      func resolved(_ all: [String]) -> [String] {
        all.contains(id) ? all.filter { $0 != name } : all.map { $0 == name ? id : $0 }
      }
      (names, inactive) = (resolved(names), resolved(inactive))
      (active, wasActive) = (resolved(active), resolved(wasActive))
    }
  }

  /// The active units that systemd stops together with a unit: those that require it, are bound to it or are a part of
  /// it, and those to which it propagates its stop (systemd.unit(5), `Requires=`, `BindsTo=`, `PartOf=`,
  /// `PropagatesStopTo=`), the last one to be started first.
  private func dependents(of name: String) throws(Failure) -> [String] {
    let held = Set(names.flatMap { [$0, "\($0).service"] })
    var (found, next): ([String], [String]) = ([], [name])
    while let unit = next.popLast() {
      for line in try facts("RequiredBy,BoundBy,ConsistsOf,PropagatesStopTo,ActiveState", of: unit)
      where !line.hasPrefix("ActiveState=") {
        for other in line.drop(while: { $0 != "=" }).dropFirst().split(separator: " ").map(String.init)
        where !held.contains(other) && !found.contains(other) && Self.nameError(for: other) == nil {
          guard (try? state(of: other)) == .active else { continue }
          found.append(other)
          next.append(other)
        }
      }
    }
    return found.reversed()
  }

  /// Masks a unit until the next boot.
  /// - Returns: Why it failed; nil if it succeeded.
  private func mask(_ name: String) -> String? {
    if let failure = systemctl("mask", "--runtime", name) { return failure }
    if (try? facts("LoadState,ActiveState", of: name))?.contains("LoadState=masked") == true { return nil }
    return Self.unmaskable
  }

  private static let unmaskable =
    "its file is in /etc/systemd/system, where systemctl mask --runtime has no effect; omit --mask"

  private static func isUnmaskable(_ fact: Substring) -> Bool { fact.hasPrefix("FragmentPath=/etc/systemd/system/") }

  /// Starts a unit, after removing its mask.
  private func resume(_ name: String) -> String? {
    // The mask may have failed, too, so the unit may start although it cannot be unmasked.
    let mask = masks ? systemctl("unmask", "--runtime", name) : nil
    return systemctl("start", name).map { mask ?? $0 }
  }

  /// How to start a unit that was not active; a `guard` that was killed may have left it masked.
  func remedyForInactive(_ name: String) -> String {
    let isMasked = (try? facts("LoadState,ActiveState", of: name))?.contains("LoadState=masked") == true
    return isMasked ? "run systemctl unmask --runtime \(name) && systemctl start \(name)" : "start \(name)"
  }

  /// Starts the units again, because nothing was changed.
  mutating func release() {
    for name in stopped.reversed() {
      if let failure = resume(name) {
        Self.printNotice("\(name) could not be started again (\(failure)); run \(remedy(name))")
      } else {
        Self.printNotice("\(name) was started again, because nothing was changed")
      }
    }
    stopped = []
  }

  /// Starts the units again, because nothing is lost.
  func start() -> Outcome {
    var failures: [String] = []
    for name in stopped.reversed() {
      if let failure = resume(name) {
        failures.append("\(name) could not be started again (\(failure)): run \(remedy(name))")
      }
    }
    return failures.isEmpty ? .started : .failed(Failure(.commandFailed, failures.joined(separator: "; ")))
  }

  /// The command that starts a unit.
  private func remedy(_ name: String) -> String {
    masks ? "systemctl unmask --runtime \(name) && systemctl start \(name)" : "systemctl start \(name)"
  }

  /// A sentence about what happened to the units; nil if nothing happened to them.
  /// - Parameter inSpiteOfLoss: Whether something is lost, or may be; then only --warn-only starts the units.
  func result(_ outcome: Outcome, inSpiteOfLoss: Bool = false) -> String? {
    switch outcome {
    case .untouched: return nil
    case .failed(let failure): return failure.message
    case .started:
      let names = stopped.joined(separator: ", ")
      let reason = inSpiteOfLoss ? " in spite of this, because of --warn-only" : ""
      return stopped.isEmpty ? nil : "\(names) \(stopped.count == 1 ? "was" : "were") started again\(reason)"
    case .kept:
      // Package scripts and dependencies between units may have started it.
      let running = stopped.filter { (try? state(of: $0)) == .active }
      let others = stopped.filter { !running.contains($0) }
      let parts = [
        running.isEmpty ? nil : "running although it was stopped: " + running.joined(separator: ", "),
        others.isEmpty
          ? nil
          : "stopped: " + others.map { "\($0) (when the problem is solved: \(remedy($0)))" }.joined(separator: ", "),
      ]
      return stopped.isEmpty ? nil : parts.compactMap(\.self).joined(separator: "; ")
    }
  }

  /// Leaves the units stopped, and reports this.
  /// - Parameters:
  ///   - code: The exit code.
  ///   - report: Where the reason can be read.
  ///   - verifyCommand: The command that verifies again.
  func keep(_ code: Int32, report: String, verifyCommand: String?) {
    for name in stopped {
      // Package scripts and dependencies between units may start more than intended.
      if let state = try? state(of: name), state == .active {
        Self.printNotice(
          "\(name) is active or being started although it was stopped (exit code \(code)): the command or something else started it; "
            + "read \(report), and run systemctl stop \(name) to stop it")
      } else {
        let hint = verifyCommand.map { ", check again with \($0)" } ?? ""
        Self.printNotice(
          "\(name) stays stopped because of --hold (exit code \(code)); read \(report)\(hint), and when the problem is "
            + "solved, run \(remedy(name))")
      }
    }
    Self.prepareNote([])
  }

  /// Prepares the lines that are printed if an allocation fails, because the process then ends immediately.
  private static func prepareNote(_ stopped: [String]) {
    let lines = stopped.map {
      Failure(.done, "\($0) was stopped and is not started again; run systemctl start \($0)").line
    }
    noteWithoutMemory(lines.joined())
  }

  private enum State {
    case active
    /// Another process is stopping it.
    case ending
    case inactive
  }

  private func state(of name: String) throws(Failure) -> State {
    let facts = try facts("LoadState,ActiveState", of: name)
    let active = facts.first { $0.hasPrefix("ActiveState=") }?.dropFirst(12)
    if facts.contains("LoadState=not-found"), active == "inactive" {
      throw Failure(.usage, "--hold \(name): systemd has no such unit; nothing was changed")
    }
    // "activating" counts as active: a kubelet that crashes repeatedly may start again at any time. So does a unit that
    // ends by itself or for a restart, which our own stop prevents.
    if active == "deactivating" { return isBeingStopped(name) ? .ending : .active }
    return active == "inactive" || active == "failed" ? .inactive : .active
  }

  /// Whether another process is stopping the unit without restarting it.
  private func isBeingStopped(_ name: String) -> Bool {
    guard let jobs = try? Systemctl.jobs(timeout: .seconds(90)) else { return true }
    return jobs.contains { ($0.unit == name || $0.unit == "\(name).service") && $0.type == "stop" }
  }

  /// - Parameter properties: The properties to read, among them `ActiveState`, which every unit has.
  private func facts(_ properties: String, of name: String) throws(Failure) -> [Substring] {
    let failure: String
    do throws(Errno) {
      let (termination, output) = try Systemctl.capture(
        ["show", "--property=\(properties)", name], timeout: .seconds(90))
      let lines = output.split(separator: "\n")
      if termination == .exited(0), lines.contains(where: { $0.hasPrefix("ActiveState=") }) { return lines }
      failure = termination.failure ?? "it did not report the unit's state"
    } catch {
      failure = "\(error)"
    }
    throw Failure(.unreachable, "systemctl show \(name): \(failure); the command was not run and nothing was changed")
  }

  /// - Returns: Why it failed; nil if it succeeded.
  private func systemctl(
    _ words: String..., onSignal: (SignalWatch.Received) -> Void = { _ in }
  ) -> String? {
    do throws(Errno) {
      // systemctl leaves a unit partly stopped if it is interrupted, so a signal is not passed on to it. Ctrl-C on a
      // terminal still reaches it.
      let termination = try ChildProcess.run(
        Systemctl.program + words, output: { try? StandardStream.error.write($0) }, signals: signals
      ) { received in
        onSignal(received)
        return false
      }
      return termination.failure.map { "systemctl \($0)" }
    } catch {
      return "systemctl: \(error)"
    }
  }

  private static func printNotice(_ text: String) {
    try? StandardStream.error.write(Failure(.done, text).line)
  }
}

extension ChildProcess.Termination {
  /// The failure as text; nil for success.
  var failure: String? {
    switch self {
    case .exited(0): nil
    case .exited(let code): "ended with exit code \(code)"
    case .killed(let signal): "was killed by signal \(signal)"
    }
  }
}
