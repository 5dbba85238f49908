internal import CRICommandLine

extension Program {
  /// Replaces `cri` in each `cri COMMAND` of a string with the name under which this program was called.
  static func named(_ text: String, as name: String = name) -> String {
    if name == "cri" { return text }
    var result = ""
    var rest = text[...]
    while let match = rest.firstRange(of: "cri ") {
      let isWord = rest[..<match.lowerBound].last.map { !$0.isLetter && !$0.isNumber && !"/-_.".contains($0) } ?? true
      let next = rest[match.upperBound...].prefix { $0.isLetter || $0 == "-" }
      result += rest[..<match.lowerBound]
      result += isWord && isArgument(String(next)) ? "\(name) " : "cri "
      rest = rest[match.upperBound...]
    }
    return result + rest
  }

  private static func isArgument(_ word: String) -> Bool {
    word == "help" || word == "--help" || CRICommand.subcommand(named: word) != nil
  }
}
