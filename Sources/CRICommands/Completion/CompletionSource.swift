internal import CRI
internal import CRIRendering

/// Where the values of an option or argument come from.
enum CompletionSource: Hashable, Sendable {
  case containers, pods, images
  /// As `cri logs` takes them.
  case containerPaths
  case containerNames, podNames, namespaces
  case words([String])
  case files

  /// - Parameter option: its long name; nil for an argument.
  static func of(_ option: String?, command: String) -> CompletionSource? {
    let isOfPods = ["pods", "inspectp", "statsp", "stopp", "rmp", "net", "metricsp"].contains(command)
    switch option {
    case nil: return argument(of: command)
    case "id": return isOfPods ? .pods : .containers
    case "pod": return ["verify", "guard"].contains(command) ? .podNames : .pods
    case "name": return command == "inspecti" ? .images : isOfPods ? .podNames : .containerNames
    case "namespace": return .namespaces
    case "image": return .images
    case "state": return .words(isOfPods ? ["ready", "notready"] : ["created", "running", "exited", "unknown"])
    case "stream": return .words(["stdout", "stderr"])
    case "output": return .words(outputs(of: command))
    case "sort-by": return .words(sortKeys(of: command))
    case "scenario": return .words(["auto", "restart", "upgrade", "wipe", "reboot", "migrate", "kubelet-restart"])
    case "fail-on": return .words(["critical", "major", "minor"])
    case "before", "save", "config", "pod-config", "report", "export": return .files
    default: return nil
    }
  }

  private static func argument(of command: String) -> CompletionSource? {
    switch command {
    case "logs": .containerPaths
    case "inspect", "start", "stop", "rm", "update", "checkpoint", "stats", "exec", "attach": .containers
    case "inspectp", "stopp", "rmp", "statsp", "net", "port-forward": .pods
    case "inspecti", "rmi", "images", "image", "img", "pull": .images
    case "diff", "runp", "run", "create": .files
    case "completion": .words(CompletionScript.allCases.map(\.rawValue))
    default: nil
    }
  }

  private static func outputs(of command: String) -> [String] {
    let choices = ["go-template=", "jsonpath=", "custom-columns="]
    switch command {
    case "pods", "ps", "images": return ["table", "wide", "json", "yaml", "name"] + choices
    case "inspect", "inspectp", "inspecti", "info": return ["json", "yaml", "table"] + choices
    case "verify", "guard", "preflight":
      return ["table", "json", "yaml", "junit", "tap", "nagios", "prometheus", "github"]
    default: return ["table", "json", "yaml"]
    }
  }

  private static func sortKeys(of command: String) -> [String] {
    switch command {
    case "pods": PodText.sortKeys.keys.sorted()
    case "ps": ContainerText.sortKeys.keys.sorted()
    case "images": ImageText.sortKeys.keys.sorted()
    default: []
    }
  }

  /// The candidates that begin with what was typed, and what each is.
  func candidates(_ start: String, _ client: () throws -> Client) async throws -> [(value: String, help: String)] {
    switch self {
    case .words(let words): return words.filter { $0.hasPrefix(start) }.map { ($0, "") }
    case .files: return [(Completer.files, "")]
    case .containers, .containerPaths, .containerNames:
      return Self.unique(try await client().runtime.containers().map(candidate), start)
    case .pods, .podNames, .namespaces:
      return Self.unique(try await client().runtime.podSandboxes().map(candidate), start)
    case .images:
      let images = try await client().images.images()
      return Self.unique(images.flatMap { image in (image.repoTags + image.repoDigests).map { ($0, "") } }, start)
    }
  }

  private func candidate(_ container: Container) -> (String, String) {
    let path = "\(container.podName)/\(container.metadata?.name ?? "")"
    return switch self {
    case .containerPaths: (path, container.state.title)
    case .containerNames: (container.metadata?.name ?? "", "")
    default: (ShortID.of(container.id), "\(path) \(container.state.title)")
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

  private static func unique(
    _ all: [(value: String, help: String)], _ start: String
  ) -> [(value: String, help: String)] {
    var seen: Set<String> = []
    return all.filter { $0.value.hasPrefix(start) && !$0.value.isEmpty && seen.insert($0.value).inserted }
      .sorted { $0.value < $1.value }
  }
}
