/// The characters that are equal if case is ignored, by the simple case folding of Unicode's `CaseFolding.txt`.
enum CaseVariants {
  /// Returns the other characters that differ from this one only in case.
  static func of(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    if let group = irregular[scalar.value] { return group.filter { $0 != scalar } }
    if scalar.isASCII {
      let isLetter = ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
      return isLetter ? [Unicode.Scalar(UInt8(scalar.value) ^ 0x20)] : []
    }
    // The dotless i has an upper-case form, but folding keeps the two apart.
    guard scalar.value != 0x131 else { return [] }
    var variants: [Unicode.Scalar] = []
    for near in mappings(of: scalar) {
      for other in [near] + mappings(of: near) where other != scalar && !variants.contains(other) {
        variants.append(other)
      }
    }
    return variants
  }

  /// Returns the lower-case, upper-case and title-case forms of a character. Simple folding has no mappings to several
  /// characters.
  private static func mappings(of scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    let properties = scalar.properties
    return [properties.lowercaseMapping, properties.uppercaseMapping, properties.titlecaseMapping].compactMap {
      let scalars = $0.unicodeScalars
      return scalars.count == 1 ? scalars.first : nil
    }
  }

  /// The groups that cannot be found by the mappings of each member, because several characters have the same
  /// upper-case form, or because a mapping consists of several characters.
  private static let irregular: [UInt32: [Unicode.Scalar]] = {
    let groups: [[UInt32]] = [
      [0x4B, 0x6B, 0x212A], [0x53, 0x73, 0x17F], [0xB5, 0x39C, 0x3BC], [0xC5, 0xE5, 0x212B], [0xDF, 0x1E9E],
      [0x345, 0x399, 0x3B9, 0x1FBE], [0x390, 0x1FD3], [0x392, 0x3B2, 0x3D0], [0x395, 0x3B5, 0x3F5],
      [0x398, 0x3B8, 0x3D1, 0x3F4], [0x39A, 0x3BA, 0x3F0], [0x3A0, 0x3C0, 0x3D6], [0x3A1, 0x3C1, 0x3F1],
      [0x3A3, 0x3C2, 0x3C3], [0x3A6, 0x3C6, 0x3D5], [0x3A9, 0x3C9, 0x2126], [0x3B0, 0x1FE3],
      [0x412, 0x432, 0x1C80], [0x414, 0x434, 0x1C81], [0x41E, 0x43E, 0x1C82], [0x421, 0x441, 0x1C83],
      [0x422, 0x442, 0x1C84, 0x1C85], [0x42A, 0x44A, 0x1C86], [0x462, 0x463, 0x1C87], [0x1C88, 0xA64A, 0xA64B],
      [0x1E60, 0x1E61, 0x1E9B], [0xFB05, 0xFB06],
    ]
    let members = groups.flatMap { group in group.map { ($0, group.compactMap(Unicode.Scalar.init)) } }
    return Dictionary(uniqueKeysWithValues: members)
  }()
}
