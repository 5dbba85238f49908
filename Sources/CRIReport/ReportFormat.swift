internal import CRIJSON
package import CRIText
internal import CRIYAML

/// The format of a report. The raw value is its name on the command line (`-o`).
public enum ReportFormat: String, Hashable, Sendable, CaseIterable {
  /// Lines for people, as printed on the terminal.
  case table
  /// The complete report as a JSON document.
  case json
  /// The complete report as a YAML document.
  case yaml
  /// JUnit XML, with a test case for each object.
  case junit
  /// Version 13 of the Test Anything Protocol, with a test point for each object.
  case tap
  /// One line with performance data for Nagios and compatible monitors.
  case nagios
  /// Metrics in the Prometheus text format, for the textfile collector of node_exporter.
  case prometheus
  /// Workflow commands of GitHub Actions.
  case github
  /// A self-contained HTML page, for change tickets.
  case html

  /// Returns the whole text with a final line feed.
  /// - Parameter style: The style for the formats that people read.
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
    case .html: HTMLFormatter(view: view).text
    }
  }

  /// The exit code of a command that writes this format to its standard output.
  package func exitCode(_ verdict: ReportVerdict) -> Int32 {
    self == .nagios ? NagiosFormatter.status(verdict).code : verdict.exitCode
  }
}
