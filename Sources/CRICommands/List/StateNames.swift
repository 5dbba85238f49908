internal import CRI
internal import CRICommandLine
internal import CRIText

extension ContainerState {
  /// Its name as crictl's tables show it, or the number of a state that is not known.
  var title: String {
    switch self {
    case .created: "Created"
    case .running: "Running"
    case .exited: "Exited"
    case .unknown: "Unknown"
    default: "\(rawValue)"
    }
  }
}

extension ContainerState {
  /// How it is set off on a terminal.
  var emphasis: TextStyle.Emphasis? {
    switch self {
    case .running: .good
    case .created: .warning
    case .exited: .faint
    default: .bad
    }
  }
}

extension PodSandboxState {
  /// How it is set off on a terminal.
  var emphasis: TextStyle.Emphasis? { self == .ready ? .good : self == .notReady ? .faint : .bad }

  /// Its name as crictl's tables show it, or the number of a state that is not known.
  var title: String {
    switch self {
    case .ready: "Ready"
    case .notReady: "NotReady"
    default: "\(rawValue)"
    }
  }
}

extension OpenEnum {
  /// The state that an option names in any case, such as `running`.
  static func named(_ text: String, after prefix: String) throws(Failure) -> Self {
    if let state = Self(protoName: prefix + text.uppercased()) { return state }
    let names = allCases.compactMap { $0.protoName?.dropFirst(prefix.utf8.count).lowercased() }
    throw Failure(.usage, "--state \(text): write one of \(names.joined(separator: ", "))")
  }

  /// As a protobuf library prints it: the interface's name, or the number.
  var printed: String { protoName ?? "\(rawValue)" }
}
