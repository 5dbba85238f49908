/// A word of a template.
struct TemplateToken: Sendable {
  enum Kind: Hashable, Sendable {
    /// What stands outside of the braces.
    case text(String)
    case open
    case close
    case identifier(String)
    /// `.name`, without its dot.
    case field(String)
    /// `$name`, with its dollar sign; `$` alone is the document.
    case variable(String)
    case dot
    case string(String)
    case integer(Int64)
    case float(Double)
    case pipe
    case comma
    case leftParenthesis
    case rightParenthesis
    /// `=`
    case assign
    /// `:=`
    case declare
    case end
  }

  let kind: Kind
  /// Where it begins, in bytes.
  let offset: Int
  /// Whether white space stands before it: `.a.b` is one operand and `.a .b` are two.
  let isSpaced: Bool

  /// For messages.
  var description: String {
    switch kind {
    case .text: "text"
    case .open: "\"{{\""
    case .close: "\"}}\""
    case .identifier(let name): GoText.quote(name)
    case .field(let name): GoText.quote("." + name)
    case .variable(let name): GoText.quote(name)
    case .dot: "\".\""
    case .string(let text): "string \(GoText.quote(text))"
    case .integer(let value): "\(value)"
    case .float(let value): "\(value)"
    case .pipe: "\"|\""
    case .comma: "\",\""
    case .leftParenthesis: "\"(\""
    case .rightParenthesis: "\")\""
    case .assign: "\"=\""
    case .declare: "\":=\""
    case .end: "the end of the template"
    }
  }
}
