/// Normalises text, so that different notations of one value are equal.
package enum PlainText {
  /// An IP address, such as `fd00::5` for `FD00:0::0005`. Any other text is returned unchanged.
  package static func address(_ text: String) -> String { IPAddress(text).map { "\($0)" } ?? text }

  /// A path without empty or `.` components, and without the symbolic link `/var/run`, which points to `/run` on all
  /// nodes that kubelet supports.
  package static func path(_ text: String) -> String {
    guard text.hasPrefix("/") else { return text }
    let parts = text.split(separator: "/").filter { $0 != "." }
    return "/" + (parts.starts(with: ["var", "run"]) ? parts.dropFirst() : parts[...]).joined(separator: "/")
  }
}

extension NetworkInterface {
  /// The interface with normalised addresses, MAC address and path.
  package var plain: NetworkInterface {
    NetworkInterface(
      name: name, mac: mac.lowercased(), sandbox: PlainText.path(sandbox), addresses: addresses.map(PlainText.address))
  }
}
