internal import CRIJSON

/// Identifies a version of a static pod's manifest. kubelet computes the UID from the pod and the path of its file
/// (`applyDefaults`), so that white space, comments and the order of keys do not matter.
///
/// The hash is FNV-1a with 64 bits. It does not have to resist deliberate collisions, because only root can write
/// manifests.
struct ManifestVersion {
  private var hash: UInt64 = 0xcbf2_9ce4_8422_2325

  init(_ manifest: JSON, at path: String) {
    add(string: path)
    add(manifest)
  }

  /// 16 hexadecimal digits.
  var text: String {
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }

  private mutating func add(_ value: JSON) {
    switch value {
    case .object(let object):
      add(string: "{")
      for (key, value) in object.sorted(by: { $0.key < $1.key }) {
        add(string: key)
        add(value)
      }
      add(string: "}")
    case .array(let items):
      add(string: "[")
      for item in items { add(item) }
      add(string: "]")
    default: add(string: value.text())
    }
  }

  private mutating func add(string: String) {
    for byte in string.utf8 { add(byte: byte) }
    // A byte that UTF-8 does not use separates the strings.
    add(byte: 0xff)
  }

  private mutating func add(byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
}
