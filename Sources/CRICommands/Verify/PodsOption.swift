internal import ArgumentParser
internal import CRICommandLine
internal import CRISnapshot

/// The option `--pods` of all commands that predict what kubelet does.
struct PodsOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The node's pods as kubectl get pods -o json or kubelet prints them: a file, - for standard input, or the URL of "
        + "kubelet's read-only port on this machine, such as http://127.0.0.1:10255/pods. Only the restart policies, the "
        + "owners and the kinds of containers are used, because they decide what kubelet does.",
      valueName: "file|url"))
  var pods: String?

  /// Whether the pods come from standard input.
  var readsStandardInput: Bool { pods == "-" }

  /// Reads the pods; nil if the option is not given.
  func read() throws(Failure) -> [PodSpecification]? {
    guard let pods else { return nil }
    return try PodsSource(pods).read()
  }
}
