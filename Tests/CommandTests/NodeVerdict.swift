import CRIJSON
import CRISnapshot
import CRISystem
import TestSupport
import Testing

/// A node before and after a change, as `cri snapshot` and `cri verify` see it.
struct NodeVerdict {
  let code: Int32
  let report: JSON
  /// The complete output.
  let text: String

  /// The rules of findings above info, each with its object, such as `pod.ip web-5d4b`.
  var findings: Set<String> {
    Set(
      (report["findings"]?.arrayValue ?? []).filter { $0["severity"] != "info" }.map { finding in
        let object = finding["object"]
        let name = object?["name"]?.stringValue.map { "/\($0)" } ?? ""
        return "\(finding["rule"]?.stringValue ?? "") \(object?["pod"]?.stringValue ?? "")\(name)"
      })
  }

  /// kubelet's reaction to the pods that it does not keep, such as `web-5d4b: recreate C5 at-kubelet-restart`.
  var reactions: Set<String> {
    Set(
      (report["pods"]?.arrayValue ?? []).filter { $0["action"] != "keep" }.map { pod in
        "\(pod["pod"]?.stringValue ?? ""): "
          + ["action", "rule", "trigger"].map { pod[$0]?.stringValue ?? "" }.joined(separator: " ")
      })
  }
}

extension ContainerdNode {
  /// Takes the snapshot before the change.
  @discardableResult func snapshot(to file: String, _ global: [String] = []) async throws -> Snapshot {
    let run = try await Tool.cri(global + ["snapshot", "-o", file], on: socket)
    try #require(run.code == 0 && run.errors.isEmpty, "\(run)")
    return try Snapshot(parsing: File.read(file))
  }

  /// - Parameter wait: The maximum time to wait for the network, in case it is missing.
  func verify(_ before: String, wait: String = "120s", _ more: String...) async throws -> NodeVerdict {
    let run = try await Tool.cri(["verify", "--before", before, "--wait", wait, "-o", "json"] + more, on: socket)
    return NodeVerdict(
      code: run.code, report: (try? JSON.parse(run.output)) ?? .null, text: "\(run.output)\(run.errors)")
  }
}
