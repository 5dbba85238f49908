internal import CRIJSON
package import CRIText
internal import CRIYAML

/// How a report is written.
package enum ReportFormat: String, Hashable, Sendable, CaseIterable {
  case table, json, yaml, junit, tap, nagios, prometheus, github

  /// The whole text, its last line closed.
  /// - Parameter style: for the formats that a person reads.
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

  /// What a command ends with that writes this format to its standard output.
  package func exitCode(_ verdict: ReportVerdict) -> Int32 {
    self == .nagios ? NagiosFormatter.status(verdict).code : verdict.exitCode
  }
}
