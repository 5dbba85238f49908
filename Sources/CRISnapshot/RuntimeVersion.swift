/// A version as runtimes, packagers and distributions write it, in the order of Semantic Versioning 2.0.
///
/// A packager's suffix (`~ds1`, `-0ubuntu1~22.04.1`, `+unknown`) does not change the order. A prerelease comes before
/// its release (`1.7.0-beta.1`, `2.0.0~rc1`, `1.29.1-dev`). Builds of one distributor are ordered by their number
/// (`v1.24.9+rke2r1` before `v1.24.9+rke2r2`).
public struct RuntimeVersion: Sendable {
  /// A distributor that makes builds with its own patches.
  public enum Distributor: String, Hashable, Sendable, CaseIterable {
    case k3s
    case rke2

    /// The prefix of the build number: `k3s1`, `rke2r2`.
    package var prefix: String {
      switch self {
      case .k3s: "k3s"
      case .rke2: "rke2r"
      }
    }
  }

  /// The original text.
  public let text: String
  /// The first number.
  public let major: Int
  /// The second number.
  public let minor: Int
  /// The third number.
  public let patch: Int
  /// The parts of a prerelease, such as `beta` and `1`; empty for a release.
  public let prerelease: [String]
  /// The distributor; nil for upstream's builds and for packages that do not identify their patches.
  public let distributor: Distributor?
  /// The number of the distributor's build; 0 if the version does not have one.
  public let build: Int

  /// Parses a version in any form; a prefix (`v`, `cri-o `, `containerd://`) is ignored.
  /// - Returns: nil unless the text contains two numbers with a dot between them.
  public init?(_ text: String) {
    let whole = text
    let text = Self.withoutEpoch(text)
    // The first digit at the start of a word; the 2 in rke2 is not at the start.
    var start = text.startIndex
    while let end = text[start...].firstIndex(where: { $0.isASCII && $0.isNumber }) {
      let before = end == text.startIndex ? nil : text[text.index(before: end)]
      let isStart = before.map { !$0.isLetter && $0 != "." || ($0 == "v" || $0 == "V") } ?? true
      start = end
      if isStart { break }
      start = text[end...].firstIndex { !$0.isNumber } ?? text.endIndex
      if start == text.endIndex { return nil }
    }
    let word = text[start...].prefix { !$0.isWhitespace && $0 != "," }
    let numbers = word.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let parts = numbers.split(separator: ".", omittingEmptySubsequences: true).map { Int($0) }
    guard parts.count >= 2, let major = parts[0], let minor = parts[1] else { return nil }
    self.text = whole
    (self.major, self.minor) = (major, minor)
    patch = parts.count > 2 ? parts[2] ?? 0 : 0
    (prerelease, distributor, build) = Self.suffix(word.dropFirst(numbers.count))
  }

  /// Parses a version that a user specified: an optional `v`, two or three numbers, a suffix.
  /// - Returns: nil if the text contains anything else.
  public init?(exactly text: String) {
    let version = Self.withoutEpoch(text)
    let bare = version.hasPrefix("v") ? version.dropFirst() : version[...]
    let numbers = bare.prefix { $0.isASCII && $0.isNumber || $0 == "." }
    let parts = numbers.split(separator: ".", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), parts.allSatisfy({ Int($0) != nil }) else { return nil }
    let suffix = bare.dropFirst(numbers.count)
    guard suffix.isEmpty || "-+~".contains(suffix[suffix.startIndex]) && suffix.count > 1,
      suffix.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-+~._".contains($0)) })
    else { return nil }
    self.init(text)
  }

  /// Removes the epoch of dpkg and rpm, a number before a colon that counts changes to the numbering scheme.
  private static func withoutEpoch(_ text: String) -> String {
    guard let colon = text.firstIndex(of: ":"), colon != text.startIndex, text[..<colon].allSatisfy(\.isNumber) else {
      return text
    }
    return String(text[text.index(after: colon)...])
  }

  /// Splits the words after the numbers, most of which matter only to packagers.
  private static func suffix(_ text: Substring) -> ([String], Distributor?, Int) {
    var prerelease: [String] = []
    var distributor: Distributor?
    var build = 0
    for (index, word) in text.split(whereSeparator: { "-+~".contains($0) }).enumerated() {
      if let (known, number) = distributed(word) {
        (distributor, build) = (known, number)
      } else if index == 0, text.first != "+" {
        prerelease = parts(ofPrerelease: word)
      }
    }
    return (prerelease, distributor, build)
  }

  private static func distributed(_ word: Substring) -> (Distributor, Int)? {
    for distributor in Distributor.allCases where word.hasPrefix(distributor.prefix) {
      // k3s marks some builds with a minor version of Kubernetes: `k3s1.26`.
      let parts = word.dropFirst(distributor.prefix.count).split(separator: ".", omittingEmptySubsequences: false)
      if let first = parts.first, let number = Int(first), parts.dropFirst().allSatisfy({ Int($0) != nil }) {
        return (distributor, number)
      }
    }
    return nil
  }

  /// `beta.1`, Debian's `rc1`, `dev`; empty if the word does not mark a prerelease.
  private static func parts(ofPrerelease word: Substring) -> [String] {
    let name = word.prefix { $0.isLetter }
    // A lone 0 is the lowest prerelease: the bound of a range, and never a real version.
    guard ["alpha", "beta", "rc", "pre", "dev"].contains(name.lowercased()) || word == "0" else { return [] }
    // Numbers without leading zeros, because `04` and `4` are the same number.
    let rest = word.dropFirst(name.count).split(separator: ".").map { part in Int(part).map { "\($0)" } ?? "\(part)" }
    return (name.isEmpty ? [] : [name.lowercased()]) + rest
  }
}

extension RuntimeVersion: Comparable, Hashable {
  /// Whether neither version is newer; their spelling may differ.
  public static func == (a: Self, b: Self) -> Bool {
    a.numbers == b.numbers && a.prerelease == b.prerelease && a.distributor == b.distributor && a.build == b.build
  }

  /// Hashes what `==` compares.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(numbers)
    hasher.combine(prerelease)
    hasher.combine(distributor)
    hasher.combine(build)
  }

  /// Orders versions as semantic versioning does (semver.org, section 11), with a distributor's builds after the
  /// version on which they are based.
  public static func < (a: Self, b: Self) -> Bool {
    if a.numbers != b.numbers { return a.numbers.lexicographicallyPrecedes(b.numbers) }
    if a.prerelease != b.prerelease {
      if a.prerelease.isEmpty || b.prerelease.isEmpty { return b.prerelease.isEmpty }
      return a.prerelease.lexicographicallyPrecedes(b.prerelease, by: precedes)
    }
    // Different versions must not be equal, and builds of different distributors cannot be ordered in any other way.
    if a.distributor != b.distributor { return (a.distributor?.rawValue ?? "") < (b.distributor?.rawValue ?? "") }
    return a.build < b.build
  }

  private var numbers: [Int] { [major, minor, patch] }

  /// Semantic Versioning 2.0, item 11: numbers are compared by value and precede words, which are compared by their
  /// bytes.
  private static func precedes(_ a: String, _ b: String) -> Bool {
    switch (Int(a), Int(b)) {
    case (let a?, let b?): a < b
    case (_?, nil): true
    case (nil, _?): false
    case (nil, nil): a < b
    }
  }
}

extension RuntimeVersion {
  /// Whether both have the same major and minor number, which CRI-O compares to decide whether it removes the pods.
  public func isSameMinor(as other: RuntimeVersion) -> Bool { major == other.major && minor == other.minor }
}

extension RuntimeVersion: CustomStringConvertible {
  /// The text of the version, as it was parsed.
  public var description: String { text }
}
