/// The name under which the command was called: `crictl`, where it stands in for that one.
package enum Program {
  package static let name = called(CommandLine.arguments.first ?? "")

  package static func called(_ path: String) -> String {
    path.split(separator: "/").last == "crictl" ? "crictl" : "cri"
  }
}
