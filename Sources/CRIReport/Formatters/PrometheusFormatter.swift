internal import CRIProtobuf
internal import CRIRules
internal import CRISnapshot
internal import CRIText

/// Writes the Prometheus text format for node_exporter's textfile collector.
///
/// A file contains one check, whose name is the prefix of all metrics. Unknown values are absent, so that `absent()`
/// and the timestamp's age can detect them.
struct PrometheusFormatter {
  let view: ReportView

  private struct Sample {
    var labels: [(String, String)] = []
    let value: String
  }

  var text: String {
    let verdict = view.verdict
    var text = metric(
      .verdict,
      verdict.words.map {
        Sample(labels: [("verdict", $0)], value: $0 == verdict.word ? "1" : "0")
      })
    text += metric(
      .exitCode, [Sample(value: "\(verdict.exitCode)")])
    text += metric(
      .timestamp, [Sample(value: seconds)])
    guard !view.verdict.isFailure else { return text }
    text += metric(
      .info,
      [Sample(labels: view.properties.filter { !$0.value.isEmpty }.map { ($0.name, $0.value) }, value: "1")])
    for count in view.counts { text += metric(count.metric, [Sample(value: "\(count.value)")]) }
    text += metric(
      .unchecked, [Sample(value: "\(view.unchecked.count)")])
    text += metric(
      .findings,
      Severity.allCases.reversed().map { severity in
        Sample(
          labels: [("severity", "\(severity)")], value: "\(view.entries.count { $0.severity == severity })")
      })
    return text + metric(.finding, findings)
  }

  /// Series must be unique, so findings with the same labels are counted together.
  private var findings: [Sample] {
    var counts: [[String]: Int] = [:]
    var order: [[String]] = []
    for entry in view.entries {
      let object = entry.object
      let values = [
        "\(entry.severity)", entry.rule.label, object.kind.rawValue, object.pod?.namespace ?? "",
        object.pod?.name ?? "",
        object.name.isEmpty && object.kind != .pod ? object.id : object.name,
      ]
      if counts[values] == nil { order.append(values) }
      counts[values, default: 0] += 1
    }
    let names = ["severity", "rule", "kind", "namespace", "pod", "name"]
    return order.map { values in
      Sample(labels: zip(names, values).filter { !$1.isEmpty }, value: "\(counts[values] ?? 0)")
    }
  }

  private var seconds: String {
    let (seconds, nanoseconds) = view.checked.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    return nanoseconds == 0 ? "\(seconds)" : "\(Double(seconds) + Double(nanoseconds / 1_000_000) / 1000)"
  }

  /// Writes nothing if there are no samples, because a metric without samples is valid but useless.
  private func metric(_ metric: ReportMetric, _ samples: [Sample]) -> String {
    guard !samples.isEmpty else { return "" }
    let (name, help) = ("cri_\(view.check.rawValue)_\(metric.series)", view.text.help(metric))
    var text = "# HELP \(name) \(help)\n# TYPE \(name) gauge\n"
    // node_exporter drops one of two series with the same name and labels, which may be the one that reports the loss.
    let common = view.fileName.isEmpty ? [] : [("report", view.fileName)]
    for sample in samples {
      let labels = (common + sample.labels).map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",")
      text += "\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(sample.value)\n"
    }
    return text
  }

  private static func escaped(_ value: String) -> String {
    Sanitizer.visible(value).escaped { scalar in
      switch scalar {
      case "\\": "\\\\"
      case "\"": "\\\""
      case "\n": "\\n"
      default: nil
      }
    }
  }
}
