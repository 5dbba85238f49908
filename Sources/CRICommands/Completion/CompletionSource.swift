internal import CRI
internal import CRICommandLine
internal import CRIReport
internal import CRIRules

/// The source of the values of an option or argument.
enum CompletionSource: Hashable, Sendable {
  /// IDs of containers in this state; nil for any state.
  case containers(ContainerState? = nil)
  case pods(PodSandboxState? = nil)
  case images
  /// Names in the form that `cri logs` accepts.
  case containerPaths
  case containerNames, podNames, namespaces
  case values([String])
  case files
  /// Names of running containers, each followed by a colon, and files.
  case copyOperands

  /// - Parameter option: The option's long name.
  static func of(_ option: String, command: String, value: String) -> CompletionSource? {
    let isOfPods = ["pods", "inspectp", "statsp", "stopp", "rmp", "net", "metricsp"].contains(command)
    switch option {
    case "id": return isOfPods ? .pods() : .containers()
    case "pod": return ["verify", "guard"].contains(command) ? .podNames : .pods()
    case "name": return command == "inspecti" ? .images : isOfPods ? .podNames : .containerNames
    case "namespace": return .namespaces
    case "image": return .images
    case "state": return .values(isOfPods ? ["ready", "notready"] : ["created", "running", "exited", "unknown"])
    case "stream": return .values(["stdout", "stderr"])
    case "output": return outputs(of: command).map { .values($0) }
    case "sort-by": return .values(sortKeys(of: command))
    case "fail-on": return .values(["critical", "major", "minor"])
    case "ignore": return .values(Rule.all(of: Rule.Command(rawValue: command) ?? .verify).map(\.id.rawValue))
    case "get": return .values(ConfigKey.allCases.map(\.rawValue))
    case "set": return value.contains("=") ? nil : .values(ConfigKey.allCases.map { "\($0.rawValue)=" })
    case "report": return value.contains("=") ? .files : .values(ReportFormat.allCases.map { "\($0.rawValue)=" })
    case "before", "after", "save", "pod-config", "export", "auth-file", "nodes": return .files
    default: return nil
    }
  }

  /// - Parameter given: The arguments before this one.
  static func ofArgument(_ command: String, after given: [String]) -> CompletionSource? {
    switch command {
    case "logs": .containerPaths
    case "start": .containers(.created)
    case "stop", "update", "checkpoint", "stats", "attach": .containers(.running)
    case "exec": given.isEmpty ? .containers(.running) : nil
    case "cp": .copyOperands
    case "port-forward": given.isEmpty ? .pods(.ready) : nil
    case "inspect", "rm": .containers()
    case "stopp", "statsp": .pods(.ready)
    case "inspectp", "rmp", "net": .pods()
    case "doctor": given.isEmpty ? .podNames : nil
    case "create": given.isEmpty ? .pods(.ready) : given.count < 3 ? .files : nil
    case "inspecti", "rmi", "images", "pull": .images
    case "run": given.count < 2 ? .files : nil
    case "report": given.isEmpty ? .values(ReportCommand.Action.allCases.map(\.rawValue)) : .files
    case "diff", "runp": .files
    case "config": given.isEmpty ? .values(ConfigKey.allCases.map(\.rawValue)) : nil
    case "completion": .values(CompletionScript.allCases.map(\.rawValue))
    default: nil
    }
  }

  /// The source for an option before the subcommand, by its long name.
  static func ofGlobal(_ option: String) -> CompletionSource? {
    switch option {
    case "config", "runtime-endpoint", "image-endpoint": .files
    case "api": .values(["auto", "v1", "v1alpha2"])
    default: nil
    }
  }

  /// nil if the command's own declaration lists the formats.
  private static func outputs(of command: String) -> [String]? {
    let formats: [OutputChoice.Format]
    switch command {
    case "pods", "ps", "images", "stats", "statsp": formats = OutputChoice.Format.allCases
    case "inspect", "inspectp", "inspecti", "info", "imagefsinfo": formats = OutputChoice.Format.ofObjects
    case "metricsp", "metricdescs": formats = OutputChoice.Format.ofDocuments
    case "events": formats = OutputChoice.Format.ofEvents
    case "verify", "guard", "preflight", "doctor": return ReportFormat.allCases.map(\.rawValue)
    case "report": return FleetFormat.allCases.map(\.rawValue)
    default: return nil
    }
    return formats.map { $0.takesText ? "\($0.rawValue)=" : $0.rawValue }
  }

  /// The keys, and the keys with the dash that reverses the order, which can be given only as `--sort-by=-KEY`.
  private static func sortKeys(of command: String) -> [String] {
    let keys: [String] =
      switch command {
      case "pods": PodText.allSortNames
      case "ps": ContainerText.allSortNames
      case "images": ImageText.allSortNames
      case "stats": ContainerStatsText.allSortNames
      case "statsp": PodStatsText.allSortNames
      case "top": TopOrder.Key.allCases.map(\.rawValue)
      default: []
      }
    return keys + keys.map { "-\($0)" }
  }

  /// Whether a word of the line is this candidate; for IDs, whether it begins with the candidate.
  func isGiven(_ value: String, _ word: String) -> Bool {
    switch self {
    case .containers, .pods: word.hasPrefix(value)
    default: word == value
    }
  }

  /// The candidates that begin with the typed text, each with a description.
  func candidates(_ start: String, _ client: () throws -> Client) async throws -> [(value: String, help: String)] {
    switch self {
    case .values(let values): return values.filter { $0.hasPrefix(start) }.map { ($0, "") }
    case .files: return [(Completer.files, "")]
    case .containerPaths: return Self.unique(try await Self.paths(start, try client()), start)
    case .copyOperands:
      // Such a word can only be a path, and completing it does not require a runtime.
      if start.hasPrefix("/") || start.hasPrefix(".") || start.contains(":") { return [(Completer.files, "")] }
      let paths = try await Self.paths(start, try client())
      return Self.unique(paths.map { ("\($0.value):", $0.help) }, start) + [(Completer.files, "")]
    case .containers(let state):
      let containers = try await client().runtime.containers()
      return Self.unique(
        containers.filter { state == nil || $0.state == state }.map {
          (ShortID.of($0.id), "\($0.podName)/\($0.metadata?.name ?? "") \($0.state.title)")
        }, start)
    case .containerNames:
      return Self.unique(try await client().runtime.containers().map { ($0.metadata?.name ?? "", "") }, start)
    case .pods(let state):
      let pods = try await client().runtime.podSandboxes().filter { state == nil || $0.state == state }
      return Self.unique(pods.map(candidate), start)
    case .podNames, .namespaces:
      return Self.unique(try await client().runtime.podSandboxes().map(candidate), start)
    case .images:
      let images = try await client().images.images()
      return Self.unique(images.flatMap { image in (image.repoTags + image.repoDigests).map { ($0, "") } }, start)
    }
  }

  private func candidate(_ pod: PodSandbox) -> (String, String) {
    let (name, namespace) = (pod.metadata?.name ?? "", pod.metadata?.namespace ?? "")
    return switch self {
    case .podNames: (name, namespace)
    case .namespaces: (namespace, "")
    default: (ShortID.of(pod.id), "\(namespace)/\(name) \(pod.state.title)")
    }
  }

  /// `POD/CONTAINER`, with the namespace if the name exists in several namespaces or if the namespace was typed.
  private static func paths(_ start: String, _ client: Client) async throws -> [(value: String, help: String)] {
    let sandboxes = try await client.runtime.podSandboxes()
    let pods = Dictionary(sandboxes.map { ($0.id, $0.metadata ?? PodSandboxMetadata()) }) { $1 }
    var namespaces: [String: Set<String>] = [:]
    let all = try await client.runtime.containers().map { container in
      let pod = pods[container.podSandboxID]
      let path = "\(pod?.name ?? container.podName)/\(container.metadata?.name ?? "")"
      let namespace = pod?.namespace ?? container.podNamespace
      namespaces[path, default: []].insert(namespace)
      return (path: path, namespace: namespace, help: container.state.title)
    }
    return all.map { path, namespace, help in
      let fullPath = "\(namespace)/\(path)"
      let needsAll = namespaces[path]?.count != 1 || !path.hasPrefix(start) && fullPath.hasPrefix(start)
      return (needsAll ? fullPath : path, help)
    }
  }

  private static func unique(
    _ all: [(value: String, help: String)], _ start: String
  ) -> [(value: String, help: String)] {
    var seen: Set<String> = []
    return all.filter { $0.value.hasPrefix(start) && !$0.value.isEmpty && seen.insert($0.value).inserted }
      .sorted { $0.value < $1.value }
  }
}
