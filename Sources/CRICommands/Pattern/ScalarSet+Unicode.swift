extension ScalarSet {
  /// The set for a name in `\p{…}`: a general category, a group of them, `Any`, `ASCII` or `Assigned`. As in Go, case,
  /// spaces, hyphens and underscores make no difference.
  init?(unicodeName: String) {
    let name = unicodeName.filter { !"_- ".contains($0) }.lowercased()
    switch name {
    case "": return nil
    case "any": self = .any
    case "ascii": self = ScalarSet(ranges: [0...0x7F])
    case "assigned": self = ScalarSet(categories: [.unassigned], isInverted: true)
    case "lc", "casedletter": self = ScalarSet(categories: [.uppercaseLetter, .lowercaseLetter, .titlecaseLetter])
    default:
      let matching = Self.categoryNames.filter { row in
        row.names.contains(name) || row.names.first.map { $0.hasPrefix(name) && name.count == 1 } == true
          || row.groupNames.contains(name)
      }
      guard !matching.isEmpty else { return nil }
      self = ScalarSet(categories: Set(matching.map(\.category)))
    }
  }

  private typealias CategoryRow = (category: Unicode.GeneralCategory, names: [String], groupNames: [String])

  /// The names of Unicode's `PropertyValueAliases.txt`. The first letter of a short name is the name of its group.
  private static let categoryNames: [CategoryRow] = {
    let letter = ["letter"], mark = ["mark", "combiningmark"], number = ["number"], symbol = ["symbol"]
    let punctuation = ["punctuation", "punct"], separator = ["separator"], other = ["other"]
    return [
      (.uppercaseLetter, ["lu", "uppercaseletter"], letter), (.lowercaseLetter, ["ll", "lowercaseletter"], letter),
      (.titlecaseLetter, ["lt", "titlecaseletter"], letter), (.modifierLetter, ["lm", "modifierletter"], letter),
      (.otherLetter, ["lo", "otherletter"], letter), (.nonspacingMark, ["mn", "nonspacingmark"], mark),
      (.spacingMark, ["mc", "spacingmark"], mark), (.enclosingMark, ["me", "enclosingmark"], mark),
      (.decimalNumber, ["nd", "decimalnumber", "digit"], number), (.letterNumber, ["nl", "letternumber"], number),
      (.otherNumber, ["no", "othernumber"], number),
      (.connectorPunctuation, ["pc", "connectorpunctuation"], punctuation),
      (.dashPunctuation, ["pd", "dashpunctuation"], punctuation),
      (.openPunctuation, ["ps", "openpunctuation"], punctuation),
      (.closePunctuation, ["pe", "closepunctuation"], punctuation),
      (.initialPunctuation, ["pi", "initialpunctuation"], punctuation),
      (.finalPunctuation, ["pf", "finalpunctuation"], punctuation),
      (.otherPunctuation, ["po", "otherpunctuation"], punctuation), (.mathSymbol, ["sm", "mathsymbol"], symbol),
      (.currencySymbol, ["sc", "currencysymbol"], symbol), (.modifierSymbol, ["sk", "modifiersymbol"], symbol),
      (.otherSymbol, ["so", "othersymbol"], symbol), (.spaceSeparator, ["zs", "spaceseparator"], separator),
      (.lineSeparator, ["zl", "lineseparator"], separator),
      (.paragraphSeparator, ["zp", "paragraphseparator"], separator), (.control, ["cc", "control", "cntrl"], other),
      (.format, ["cf", "format"], other), (.surrogate, ["cs", "surrogate"], other),
      (.privateUse, ["co", "privateuse"], other), (.unassigned, ["cn", "unassigned"], other),
    ]
  }()
}
