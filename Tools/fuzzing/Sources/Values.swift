import CRIPreflight
import CRIProtobuf
import CRISnapshot
import CRIText

extension FuzzTarget {
  /// Versions, one a line.
  static let version = FuzzTarget("version") { bytes in
    let texts = bytes.prefix(512).split(separator: 10, omittingEmptySubsequences: false).map { [UInt8]($0).text }
    for text in texts {
      if let exact = RuntimeVersion(exactly: text) {
        require(RuntimeVersion(text) == exact, "\(text) is the same version")
        require(RuntimeVersion(exact.description) == exact, "\(text) is read again")
      }
    }
    let versions = texts.prefix(5).compactMap { RuntimeVersion($0) }
    for a in versions {
      require(a == a && !(a < a), "\(a) equals itself")
      require(a.major >= 0 && a.minor >= 0 && a.patch >= 0 && a.build >= 0, "the numbers of \(a)")
      for runtime in ["containerd", "cri-o"] { _ = Advisory.Product(of: a, runtime: runtime) }
      for b in versions {
        require([a < b, b < a, a == b].count { $0 } == 1, "\(a) and \(b) are ordered")
        if a == b { require(a.hashValue == b.hashValue, "\(a) and \(b) have one hash") }
        for c in versions {
          if a < b, b < c { require(a < c, "\(a) < \(b) < \(c)") }
          if a == b, b == c { require(a == c, "\(a) = \(b) = \(c)") }
          if a == b, b < c { require(a < c, "\(a) = \(b) < \(c)") }
        }
      }
    }
  }

  /// Short texts that are values: addresses, subnets, names of images, times, base64.
  static let values = FuzzTarget("values") { bytes in
    let text = bytes.prefix(1024).map(\.self).text
    if let address = IPAddress(text) {
      require(IPAddress("\(address)") == address, "\(address) is read again")
      require(IPAddress(bytes: address.bytes) == address, "\(address) has these bytes")
    }
    if let subnet = Subnet(text) {
      require(Subnet("\(subnet)") == subnet, "\(subnet) is read again")
      require(subnet.contains(subnet.address), "\(subnet) contains its address")
    }
    let plain = ImageReference.plain(text)
    // A digest that is too short becomes a text that could be a name, and so does one of a name with more colons.
    if !text.contains("sha256:"), bytes.count(where: { $0 == UInt8(ascii: ":") }) < 2 {
      require(ImageReference.plain(plain) == plain, "\(plain) is plain")
    }
    if let name = ImageReference(text) {
      require(ImageReference(name.stored)?.stored == name.stored, "\(name.stored) is stored")
    }
    if let time = Timestamp(text) { require(Timestamp("\(time)") == time, "\(time) is read again") }
    if let decoded = Base64.decode(text) {
      require(Base64.decode(Base64.encode(decoded)) == decoded, "\(text) is encoded again")
    }
    require(Base64.decode(Base64.encode(bytes)) == bytes, "base64 is reversible")
  }
}
