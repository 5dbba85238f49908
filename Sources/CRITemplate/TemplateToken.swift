/// A token of a template.
struct TemplateToken: Sendable {
  enum Kind: Hashable, Sendable {
    /// Text outside the braces.
    case text(String)
    case open
    case close
    case identifier(String)
    /// The name in `.name`.
    case field(String)
    /// A name that includes its dollar sign. `$` alone is the document.
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
  /// The position at which the token begins, in bytes.
  let offset: Int
  /// Whether the token follows white space: `.a.b` is one operand, but `.a .b` are two.
  let followsSpace: Bool

  /// The token as it appears in error messages.
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
