internal import CRIJSON
package import CRIText
internal import CRIYAML

/// The output formats of reports.
package enum ReportFormat: String, Hashable, Sendable, CaseIterable {
  case table, json, yaml, junit, tap, nagios, prometheus, github

  /// Returns the whole text with a final line feed.
  /// - Parameter style: Applies to the formats that people read.
  package func text(_ view: ReportView, style: TextStyle = .plain) -> String {
    switch self {
    case .table: TableFormatter(view: view, style: style).text
    case .json: view.document.text(pretty: true) + "\n"
    case .yaml: YAML.text(view.document)
    case .junit: JUnitFormatter(view: view).text
    case .tap: TAPFormatter(view: view).text
    case .nagios: NagiosFormatter(view: view).text
    case .prometheus: PrometheusFormatter(view: view).text
    case .github: GitHubFormatter(view: view).text
    }
  }

  /// The exit code of a command that writes this format to its standard output.
  package func exitCode(_ verdict: ReportVerdict) -> Int32 {
    self == .nagios ? NagiosFormatter.status(verdict).code : verdict.exitCode
  }
}
