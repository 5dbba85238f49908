internal import CRIJSON
package import CRIText

/// The format of a fleet's report. The raw value is its name on the command line (`-o`).
public enum FleetFormat: String, Hashable, Sendable, CaseIterable {
  /// Lines for people, as printed on the terminal.
  case table
  /// The complete report as a JSON document.
  case json
  /// JUnit XML, with a test case for each check of each node.
  case junit
  /// An HTML page with a map of the nodes.
  case html

  /// Returns the whole text with a final line feed.
  /// - Parameter style: The style for the table.
  package func text(_ report: FleetReport, style: TextStyle = .plain, text: ReportText = .english) -> String {
    switch self {
    case .table: FleetTable(report: report, style: style, text: text).lines
    case .json: report.json.text(pretty: true) + "\n"
    case .junit: FleetJUnit(report: report, text: text).xml
    case .html: FleetPage(report: report, text: text).html
    }
  }
}
