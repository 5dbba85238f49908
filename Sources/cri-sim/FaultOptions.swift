internal import ArgumentParser
internal import CRIMessages
internal import CRISimulator

struct FaultOptions: ParsableArguments {
  enum API: String, ExpressibleByArgument, CaseIterable {
    case v1, v1alpha2, both

    var versions: Set<APIVersion> { self == .both ? [.v1, .v1alpha2] : self == .v1 ? [.v1] : [.v1alpha2] }
  }

  @Option(help: "Serve this version of the CRI. Calls in a different version fail with \"unknown service\".")
  var api = API.v1

  @Option(
    help: ArgumentHelp(
      "Delay each response, or those of one method.", valueName: "[method=]duration"))
  var delay: [String] = []

  @Option(help: ArgumentHelp("Never respond to a method.", valueName: "method|all"))
  var hang: [String] = []

  @Option(
    help: ArgumentHelp(
      "Make a method fail with a status, such as ListContainers=UNAVAILABLE:gone.", valueName: "method=code:message"))
  var fail: [String] = []

  @Option(help: ArgumentHelp("Become ready only after this time.", valueName: "duration"))
  var notReady: Seconds?

  @Option(
    help: ArgumentHelp(
      "How to respond until ready: unknown (containerd up to 1.7), unavailable (containerd 2.0 and later), "
        + "hang (CRI-O), or no-socket.",
      valueName: "style"),
    transform: Self.style)
  var notReadyStyle = Faults.NotReadyStyle.unknown

  @Option(
    help: ArgumentHelp("Report NetworkReady as true only after this time.", valueName: "duration"))
  var networkReadyAfter: Seconds?

  @Option(help: ArgumentHelp("Die during the N-th call.", valueName: "n"))
  var killAfter: Int?

  @Flag(help: "Refuse SPDY for exec, attach and port-forward, so that clients must use WebSocket.")
  var noSpdy = false

  @Option(
    help: ArgumentHelp("Return this URL for exec, attach and port-forward, instead of its own.", valueName: "url"))
  var streamingUrl: String?

  private static func style(_ text: String) throws -> Faults.NotReadyStyle {
    guard let style = Faults.NotReadyStyle(rawValue: text) else {
      throw ValidationError("unknown style \(text); use unknown, unavailable, hang or no-socket")
    }
    return style
  }

  /// Rejects unknown method names, because a fault with a misspelt name would have no effect.
  private static func check(_ name: String, _ option: String) throws {
    guard name != "all", !AnyMethod.all.contains(where: { $0.name == name }) else { return }
    throw ValidationError("\(option) \(name): the CRI has no such method")
  }

  func faults() throws -> Faults {
    var faults = Faults()
    faults.versions = api.versions
    for text in delay where !faults.addDelay(text) {
      throw ValidationError("--delay \(text): the value must have the form [METHOD=]DURATION")
    }
    faults.hanging = Set(hang)
    for name in hang { try Self.check(name, "--hang") }
    for name in faults.delays.keys { try Self.check(name, "--delay") }
    for text in fail where !faults.addFailure(text) {
      throw ValidationError("--fail \(text): the value must have the form METHOD=CODE:message")
    }
    for name in faults.failures.keys { try Self.check(name, "--fail") }
    if let killAfter, killAfter < 1 {
      throw ValidationError("--kill-after \(killAfter): the value must be at least 1")
    }
    faults.notReady = notReady?.duration ?? .zero
    faults.notReadyStyle = notReadyStyle
    faults.networkReadyAfter = networkReadyAfter?.duration ?? .zero
    faults.killAfter = killAfter
    faults.refusesSPDY = noSpdy
    faults.streamingURL = streamingUrl
    return faults
  }
}

struct Seconds: ExpressibleByArgument {
  let duration: Duration

  init?(argument: String) {
    guard let duration = Faults.duration(argument) else { return nil }
    self.duration = duration
  }
}
