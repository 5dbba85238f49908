internal import ArgumentParser
internal import CRISimulator

struct SourceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Serve recorded responses from a real runtime, one JSON object per line: method, request and response (Base64), "
        + "code, message.",
      valueName: "file"))
  var recording: String?

  @Option(
    help: ArgumentHelp(
      "Serve the pods of a YAML or JSON file: {runtime: {name, version}, images: [...], pods: [{name, namespace, uid, attempt, "
        + "state: ready|notready, hostNetwork, ips: [...], runtimeHandler, labels, annotations, age (seconds), containers: "
        + "[{name, image, state: created|running|exited|unknown, exitCode, restarts}]}]}. Only the names are required.",
      valueName: "file"))
  var description: String?

  @Option(help: ArgumentHelp("Serve N generated pods, as kubelet would create them.", valueName: "n"))
  var pods: Int?

  @Option(
    help: ArgumentHelp("Distribute M containers among the generated pods (default: one per pod).", valueName: "m"))
  var containers: Int?

  @Flag(help: "Add objects that are invalid in every way that the wire format permits.")
  var hostile = false

  func validate() throws {
    let chosen = [recording != nil, description != nil, pods != nil].count { $0 }
    if chosen > 1 {
      throw ValidationError("--recording, --description and --pods are mutually exclusive; specify one of them")
    }
    if containers != nil, pods == nil { throw ValidationError("--containers requires --pods") }
    if let pods, pods < 1 { throw ValidationError("--pods must be at least 1") }
    if let containers, containers < 0 { throw ValidationError("--containers must not be negative") }
  }

  func source() throws -> SimulatedRuntime.Source {
    if let recording { return .recording(recording) }
    if let description { return .description(description) }
    if let pods { return .synthetic(pods: pods, containers: containers ?? pods) }
    return .pods([])
  }
}
