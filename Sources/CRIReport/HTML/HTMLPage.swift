/// A self-contained HTML page without scripts or external files. All text is escaped, so that names cannot inject
/// markup. The page follows the reader's light or dark scheme, and can be read on a phone and on paper. It is
/// well-formed XML too.
struct HTMLPage {
  let title: String
  /// The content, which consists of elements.
  let body: String

  var text: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8"/>
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
    <meta name="viewport" content="width=device-width, initial-scale=1"/>
    <meta name="color-scheme" content="light dark"/>
    <title>\(XML.escaped(title))</title>
    <style>
    \(Self.style)
    </style>
    </head>
    <body>
    \(body)</body>
    </html>

    """
  }

  // MARK: Elements

  /// An element on a separate line.
  /// - Parameter content: Elements, or escaped text.
  static func element(_ name: String, class names: String = "", _ content: String) -> String {
    "<\(name)\(names.isEmpty ? "" : " class=\"\(names)\"")>\(content)</\(name)>\n"
  }

  /// A paragraph of plain text.
  static func paragraph(_ text: String, class names: String = "") -> String {
    element("p", class: names, XML.escaped(text))
  }

  /// A section with a heading; empty if the content is.
  static func section(_ heading: String, _ content: String) -> String {
    content.isEmpty ? "" : element("section", "\n" + element("h2", XML.escaped(heading)) + content)
  }

  /// A list of plain strings; empty if there are none.
  static func list(_ items: [String]) -> String {
    items.isEmpty ? "" : element("ul", "\n" + items.map { element("li", XML.escaped($0)) }.joined())
  }

  /// A row of a table: its cells are plain strings.
  struct Row {
    var classes = ""
    var id = ""
    var cells: [String]
  }

  /// A table; empty if there are no rows. A column without any text is omitted.
  /// - Parameter short: The positions of the columns whose text is not wrapped.
  static func table(_ headers: [String], _ rows: [Row], short: Set<Int> = []) -> String {
    guard !rows.isEmpty else { return "" }
    let columns = headers.indices.filter { column in rows.contains { !$0.cells[column].isEmpty } }
    let starts = headers.indices.map { column in
      "<td data-h=\"\(XML.escaped(headers[column]))\"\(short.contains(column) ? " class=\"nw\"" : "")>"
    }
    var text = "<table>\n<thead><tr>"
    for column in columns { text += "<th>\(XML.escaped(headers[column]))</th>" }
    text += "</tr></thead>\n<tbody>\n"
    for row in rows {
      text += "<tr"
      if !row.id.isEmpty { text += " id=\"\(row.id)\"" }
      if !row.classes.isEmpty { text += " class=\"\(row.classes)\"" }
      text += ">"
      for column in columns { text += "\(starts[column])\(XML.escaped(row.cells[column]))</td>" }
      text += "</tr>\n"
    }
    return text + "</tbody>\n</table>\n"
  }

  // MARK: Style

  private static let style = """
    :root{--fg:#1b1f24;--bg:#fff;--muted:#57606a;--line:#d0d7de;--panel:#f6f8fa;
    --good:#1a7f37;--bad:#cf222e;--unknown:#9a6700;--vacuous:#6e7781}
    @media screen and (prefers-color-scheme:dark){:root{--fg:#e6edf3;--bg:#0d1117;--muted:#8d96a0;--line:#30363d;--panel:#161b22;
    --good:#3fb950;--bad:#f85149;--unknown:#d29922;--vacuous:#8d96a0}}
    *{box-sizing:border-box}
    body{margin:0 auto;max-width:75rem;padding:1rem;font:1rem/1.45 system-ui,sans-serif;color:var(--fg);background:var(--bg);
    overflow-wrap:anywhere}
    h1{font-size:1.4rem;margin:.5rem 0}h2{font-size:1.1rem;margin:1.5rem 0 .5rem}
    p{margin:.3rem 0}.muted{color:var(--muted)}
    .verdict{border-left:.5rem solid;padding:.6rem .8rem;background:var(--panel);font-weight:600}
    .good{--tint:var(--good)}.bad{--tint:var(--bad)}.unknown{--tint:var(--unknown)}.vacuous{--tint:var(--vacuous)}
    .verdict{border-color:var(--tint)}
    dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:.6rem 0}
    dt{color:var(--muted)}dd{margin:0}
    table{border-collapse:collapse;width:100%;font-size:.9rem}
    th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line)}
    th{color:var(--muted);font-weight:600}th,.nw{white-space:nowrap}
    tr[class]>td:first-child{border-left:.3rem solid var(--tint);padding-left:.5rem}
    tr:target{background:var(--panel)}
    .map{display:flex;flex-wrap:wrap;gap:2px}
    .map a{width:.9rem;height:.9rem;background:var(--tint);color:var(--bg);font:bold .6rem/.9rem sans-serif;text-align:center;
    text-decoration:none;border-radius:2px}
    .time{display:flex;align-items:flex-end;gap:2px;height:7rem;border-bottom:1px solid var(--line)}
    .time>div{flex:1;height:100%;display:flex;flex-direction:column;justify-content:flex-end}
    .time i{display:block;background:var(--tint);min-height:1px}
    .ends{display:flex;justify-content:space-between;font-size:.8rem;color:var(--muted)}
    .filter{margin:0 .3rem 0 0;accent-color:var(--tint)}label{margin-right:1rem}
    .map a,.time i,.verdict,tr>td:first-child{print-color-adjust:exact;-webkit-print-color-adjust:exact}
    @media (max-width:40rem){thead{display:none}tr,td{display:block}td{border:0;padding:.05rem 0}
    tr{border-bottom:1px solid var(--line);padding:.4rem 0}td:first-child{font-weight:600}
    td[data-h]::before{content:attr(data-h) " ";color:var(--muted);font-weight:400}
    .filter{float:left;clear:left;margin:.3rem .4rem 0 0}label{display:block;margin:0}
    .map a{width:1.5rem;height:1.5rem;line-height:1.5rem}
    dl{grid-template-columns:1fr}dd{margin-bottom:.3rem}}
    @media print{:root{color-scheme:light}body{max-width:none;font-size:10pt}.filters,.filter{display:none}a{color:inherit}tr{break-inside:avoid}}
    """
}
