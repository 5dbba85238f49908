/// The name of this program: `crictl` if it was called by that name, because it can replace crictl.
package enum Program {
  package static let name = called(CommandLine.arguments.first ?? "")

  package static func called(_ path: String) -> String {
    path.split(separator: "/").last == "crictl" ? "crictl" : "cri"
  }
}
