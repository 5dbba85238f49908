internal import CRI

extension OpenEnum {
  /// Its name as crictl's tables show it (`Running`, `NotReady`), or the number of a state that is not known.
  func title(after prefix: String) -> String {
    guard let name = protoName else { return "\(rawValue)" }
    // The one word that is two.
    if name == "SANDBOX_NOTREADY" { return "NotReady" }
    let word = name.dropFirst(prefix.utf8.count)
    return word.prefix(1) + word.dropFirst().lowercased()
  }

  /// The titles of all states that are known.
  static func titles(after prefix: String) -> [Self: String] {
    Dictionary(uniqueKeysWithValues: allCases.map { ($0, $0.title(after: prefix)) })
  }

  /// The state that an option names in any case, such as `running`.
  static func named(_ text: String, after prefix: String) throws(Failure) -> Self {
    if let state = Self(protoName: prefix + text.uppercased()) { return state }
    let names = allCases.compactMap { $0.protoName?.dropFirst(prefix.utf8.count).lowercased() }
    throw Failure(.usage, "--state \(text): write one of \(names.joined(separator: ", "))")
  }

  /// As a protobuf library prints it: the interface's name, or the number.
  var printed: String { protoName ?? "\(rawValue)" }
}
