/// Converts text that has several spellings to a form that is the same for all of them.
package enum PlainText {
  /// An IP address, such as `fd00::5` for `FD00:0::0005`. Any other text is returned unchanged.
  package static func address(_ text: String) -> String { IPAddress(text).map { "\($0)" } ?? text }

  /// A path without empty components and `.`, and without the symbolic link `/var/run`, which points to `/run` on all
  /// nodes that kubelet supports.
  package static func path(_ text: String) -> String {
    guard text.hasPrefix("/") else { return text }
    let parts = text.split(separator: "/").filter { $0 != "." }
    return "/" + (parts.starts(with: ["var", "run"]) ? parts.dropFirst() : parts[...]).joined(separator: "/")
  }
}

extension NetworkInterface {
  /// The interface with the common spelling of its addresses, its MAC address and its path.
  package var plain: NetworkInterface {
    NetworkInterface(
      name: name, mac: mac.lowercased(), sandbox: PlainText.path(sandbox), addresses: addresses.map(PlainText.address))
  }
}
