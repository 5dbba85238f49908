internal import CRI
internal import CRICommandLine
internal import CRIText

extension ContainerState {
  /// The name in crictl's tables, or the number of a state that this version does not know.
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
  /// The emphasis on a terminal.
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
  /// The emphasis on a terminal.
  var emphasis: TextStyle.Emphasis? { self == .ready ? .good : self == .notReady ? .faint : .bad }

  /// The name in crictl's tables, or the number of an unknown state.
  var title: String {
    switch self {
    case .ready: "Ready"
    case .notReady: "NotReady"
    default: "\(rawValue)"
    }
  }
}

extension OpenEnum {
  /// Returns the state with the name in an option's value, such as `running`, in upper or lower case.
  static func named(_ text: String, after prefix: String) throws(Failure) -> Self {
    if let state = Self(protoName: prefix + text.uppercased()) { return state }
    let names = allCases.compactMap { $0.protoName?.dropFirst(prefix.utf8.count).lowercased() }
    throw Failure(.usage, "--state \(text): unknown state; specify one of \(names.joined(separator: ", "))")
  }

  /// The text that a protobuf library prints: the name in the CRI, or the number.
  var printed: String { protoName ?? "\(rawValue)" }
}
