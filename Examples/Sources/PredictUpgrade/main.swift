// Predicts what upgrades of the runtime would lose, for several versions.
// Usage: PredictUpgrade SOCKET VERSION...
// Exit: 0 no loss is predicted for any version, 5 a loss is predicted, 3 data that the verdict needs is missing.
import CRIVerification
import FoundationEssentials
import Glibc

let arguments = CommandLine.arguments
guard arguments.count > 2 else { fatalError("usage: PredictUpgrade SOCKET VERSION...") }
let client = Client(try Endpoint(arguments[1]), options: .init(timeout: .seconds(30)))

var exitCode: Int32 = 0
for text in arguments.dropFirst(2) {
  guard let version = RuntimeVersion(exactly: text) else { fatalError("\(text) is not a version") }
  let facts = try await client.preflightFacts(PreflightOptions(tool: "PredictUpgrade", target: version))
  let report = PreflightReport(facts)
  print("\(report.runtime) → \(version): \(report.verdict)")
  for finding in report.findings { print("  \(finding.object): \(finding.rule.id)") }
  for affected in report.podsToLose { print("  lost: \(affected.pod)") }
  for suspicion in report.suspicions { print("  \(suspicion.match.advisory.reference): \(suspicion.status)") }
  // A predicted loss takes precedence over missing data.
  exitCode = max(exitCode, report.verdict.exitCode)
}
exit(exitCode)
