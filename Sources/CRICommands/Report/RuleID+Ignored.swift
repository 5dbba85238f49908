internal import ArgumentParser
internal import CRIRules

extension RuleID {
  /// The rules that `--ignore` names, by their readable IDs or their short names.
  /// - Throws: `ValidationError` if a name is not that of a rule of this command.
  static func ignored(_ names: [String], by command: Rule.Command) throws -> Set<RuleID> {
    try Set(
      names.map { name in
        guard let id = RuleID(named: name), id.rule.command == command else {
          throw ValidationError("--ignore \(name): \(command) has no such rule; cri rules lists them")
        }
        return id
      })
  }
}
