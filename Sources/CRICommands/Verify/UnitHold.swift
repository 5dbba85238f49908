internal import CRICommandLine
internal import CRISystem

/// Systemd's units that stand still during a change, such as kubelet, which acts at once on what it sees.
struct UnitHold {
  private let names: [String]
  private let signals: SignalWatch
  /// Those that were active and that we have stopped, in this order.
  private var stopped: [String] = []

  init(_ names: [String], signals: SignalWatch) {
    self.names = names
    self.signals = signals
  }

  /// What is wrong with a name that systemctl would read as something else: an option, a pattern, several units, a path.
  static func complaint(about name: String) -> String? {
    let isPlain = !name.isEmpty && name.utf8.allSatisfy { isNameByte($0) } && !name.hasPrefix("-")
    return isPlain ? nil : "--hold '\(name)': name one unit, such as kubelet"
  }

  /// systemd.unit(5): letters, digits and these.
  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: ":-_.\\@".utf8.contains(byte)
    }
  }

  /// Stops them. Where one cannot be stopped, those before it are started again.
  mutating func stop() throws(Failure) {
    var active: [String] = []
    // All are looked at before the first one is touched.
    for name in names {
      let state = try state(of: name)
      if state != .inactive { active.append(name) }
      if state != .active { Self.say("\(name) is not active: it will not be started at the end") }
      if state == .active { stopped.append(name) }
    }
    let wasActive = stopped
    stopped = []
    for name in active {
      if wasActive.contains(name) { stopped.append(name) }
      var interruption: SignalWatch.Received?
      let trouble = systemctl("stop", name) { interruption = $0 }
      if trouble == nil && interruption == nil { continue }
      // Also the one that could not be stopped: half a stop is one.
      release()
      if let interruption { throw CutShort(signal: interruption).before }
      throw Failure(
        .unreachable, "\(name) cannot be stopped (\(trouble ?? "")); the command was not run, nothing was changed")
    }
  }

  /// Starts them again, since nothing was changed.
  mutating func release() {
    for name in stopped.reversed() {
      if let trouble = systemctl("start", name) {
        Self.say("\(name) could not be started again (\(trouble)): systemctl start \(name)")
      } else {
        Self.say("\(name) was started again: nothing was changed")
      }
    }
    stopped = []
  }

  /// Starts them again, since nothing is lost.
  mutating func start() throws(Failure) {
    var troubles: [String] = []
    for name in stopped.reversed() {
      if let trouble = systemctl("start", name) {
        troubles.append("\(name) could not be started again (\(trouble)): systemctl start \(name)")
      }
    }
    stopped = []
    if !troubles.isEmpty { throw Failure(.commandFailed, troubles.joined(separator: "; ")) }
  }

  /// Leaves them as they are, and says so.
  /// - Parameters:
  ///   - code: what we end with.
  ///   - report: where to read why.
  ///   - again: what looks once more.
  func keep(_ code: Int32, report: String, again: String?) {
    for name in stopped {
      // Packages' scripts and units that need one another start more than they are asked to.
      if let state = try? state(of: name), state == .active {
        Self.say(
          "\(name) runs, though it was stopped and should be (exit code \(code)): the command or another has started it; "
            + "read \(report); to stop it: systemctl stop \(name)")
      } else {
        let look = again.map { "; \($0) looks again" } ?? ""
        Self.say("\(name) stays stopped (exit code \(code)): read \(report)\(look); then: systemctl start \(name)")
      }
    }
  }

  private enum State {
    case active
    /// It is being stopped by somebody else.
    case ending
    case inactive
  }

  private func state(of name: String) throws(Failure) -> State {
    let facts = try facts(of: name)
    let active = facts.first { $0.hasPrefix("ActiveState=") }?.dropFirst(12)
    if facts.contains("LoadState=not-found"), active == "inactive" {
      throw Failure(.usage, "--hold \(name): systemd knows no such unit; nothing was changed")
    }
    // "activating" is active: a kubelet that crashes over and over starts again at any time.
    return active == "inactive" || active == "failed" ? .inactive : active == "deactivating" ? .ending : .active
  }

  private func facts(of name: String) throws(Failure) -> [Substring] {
    let trouble: String
    do throws(Errno) {
      let words = ["systemctl", "show", "--property=LoadState,ActiveState", name]
      let (ending, output) = try ChildProcess.capture(words, environment: nil, timeout: .seconds(90))
      let lines = String(decoding: output, as: UTF8.self).split(separator: "\n")
      if ending == .exited(0), lines.contains(where: { $0.hasPrefix("ActiveState=") }) { return lines }
      trouble = ending.trouble ?? "it did not tell the unit's state"
    } catch {
      trouble = "\(error)"
    }
    throw Failure(.unreachable, "systemctl show \(name): \(trouble); the command was not run, nothing was changed")
  }

  /// - Returns: why it failed; nil where it did not.
  private func systemctl(
    _ verb: String, _ name: String, onSignal: (SignalWatch.Received) -> Void = { _ in }
  ) -> String? {
    do throws(Errno) {
      // Cut short it would leave the unit in between: who wants us to end waits for it. A terminal's Ctrl-C reaches it.
      let ending = try ChildProcess.run(["systemctl", verb, name], outputToErrors: true, signals: signals) { received in
        onSignal(received)
        return false
      }
      return ending.trouble.map { "systemctl \($0)" }
    } catch {
      return "systemctl: \(error)"
    }
  }

  private static func say(_ words: String) { try? StandardStream.error.write(Failure(.done, words).line) }
}

extension ChildProcess.Ending {
  /// In words; nil where it ended well.
  var trouble: String? {
    switch self {
    case .exited(0): nil
    case .exited(let code): "ended with exit code \(code)"
    case .killed(let signal): "was killed by signal \(signal)"
    }
  }
}
