internal import ArgumentParser
internal import CRIMessages
internal import CRISimulator

struct FaultOptions: ParsableArguments {
  enum API: String, ExpressibleByArgument, CaseIterable {
    case v1, v1alpha2, both

    var versions: Set<APIVersion> { self == .both ? [.v1, .v1alpha2] : self == .v1 ? [.v1] : [.v1alpha2] }
  }

  @Option(help: "Which version of the CRI is served; the other one is an unknown service.")
  var api = API.v1

  @Option(
    help: ArgumentHelp(
      "Wait before each answer, or before those of one method.", valueName: "[method=]duration"))
  var delay: [String] = []

  @Option(help: ArgumentHelp("Never answer a method.", valueName: "method|all"))
  var hang: [String] = []

  @Option(
    help: ArgumentHelp(
      "Answer a method with a status: ListContainers=UNAVAILABLE:gone.", valueName: "method=code:message"))
  var fail: [String] = []

  @Option(help: ArgumentHelp("Take so long from the start to be ready.", valueName: "duration"))
  var notReady: Seconds?

  @Option(
    help: ArgumentHelp(
      "How it is not ready: unknown (as containerd to 1.7), unavailable (containerd from 2.0), hang (CRI-O), no-socket.",
      valueName: "style"),
    transform: Self.style)
  var notReadyStyle = Faults.NotReadyStyle.unknown

  @Option(
    help: ArgumentHelp("Take so long from the start until NetworkReady is true.", valueName: "duration"))
  var networkReadyAfter: Seconds?

  @Option(help: ArgumentHelp("Die in the middle of the n-th call.", valueName: "n"))
  var killAfter: Int?

  private static func style(_ text: String) throws -> Faults.NotReadyStyle {
    guard let style = Faults.NotReadyStyle(rawValue: text) else {
      throw ValidationError("no such style: \(text)")
    }
    return style
  }

  /// A slip in a name would make a fault that never shows.
  private static func check(_ name: String, _ option: String) throws {
    guard name != "all", !AnyMethod.all.contains(where: { $0.name == name }) else { return }
    throw ValidationError("\(option) \(name): the interface has no such method.")
  }

  func faults() throws -> Faults {
    var faults = Faults()
    faults.versions = api.versions
    for text in delay where !faults.addDelay(text) {
      throw ValidationError("--delay \(text): not [METHOD=]DURATION.")
    }
    faults.hanging = Set(hang)
    for name in hang { try Self.check(name, "--hang") }
    for name in faults.delays.keys { try Self.check(name, "--delay") }
    for text in fail where !faults.addFailure(text) {
      throw ValidationError("--fail \(text): not METHOD=CODE:message.")
    }
    for name in faults.failures.keys { try Self.check(name, "--fail") }
    if let killAfter, killAfter < 1 { throw ValidationError("--kill-after \(killAfter): calls are counted from 1.") }
    faults.notReady = notReady?.duration ?? .zero
    faults.notReadyStyle = notReadyStyle
    faults.networkReadyAfter = networkReadyAfter?.duration ?? .zero
    faults.killAfter = killAfter
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
