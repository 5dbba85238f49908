internal import ArgumentParser
internal import CRISimulator

struct SourceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Answers of a real runtime, one JSON object a line: method, request and response (base64), code, message.",
      valueName: "file"))
  var recording: String?

  @Option(
    help: ArgumentHelp(
      "Pods in a few words, YAML or JSON: {runtime: {name, version}, images: [...], pods: [{name, namespace, uid, attempt, "
        + "state: ready|notready, hostNetwork, ips: [...], runtimeHandler, labels, annotations, age (seconds), containers: "
        + "[{name, image, state: created|running|exited|unknown, exitCode, restarts}]}]}. Only names are required.",
      valueName: "file"))
  var description: String?

  @Option(help: ArgumentHelp("So many made-up pods, as kubelet makes them.", valueName: "n"))
  var pods: Int?

  @Option(
    help: ArgumentHelp("So many containers in all the made-up pods; default: one a pod.", valueName: "m"))
  var containers: Int?

  @Flag(help: "Add objects that are wrong in every way that the wire permits.")
  var hostile = false

  func validate() throws {
    let chosen = [recording != nil, description != nil, pods != nil].count { $0 }
    if chosen > 1 { throw ValidationError("--recording, --description and --pods exclude each other.") }
    if containers != nil, pods == nil { throw ValidationError("--containers needs --pods.") }
    if let pods, pods < 1 { throw ValidationError("--pods must be at least 1.") }
    if let containers, containers < 0 { throw ValidationError("--containers cannot be negative.") }
  }

  func source() throws -> SimulatedRuntime.Source {
    if let recording { return .recording(recording) }
    if let description { return .description(description) }
    if let pods { return .synthetic(pods: pods, containers: containers ?? pods) }
    return .pods([])
  }
}
