public import CRISnapshot

/// The versions from a first version up to but not including a second one, possibly limited to one distributor.
public struct VersionRange: Hashable, Sendable {
  /// The first version; nil if there is no lower bound.
  public let from: RuntimeVersion?
  /// The first version after the range; nil if there is no upper bound.
  public let before: RuntimeVersion?
  /// The distributor; nil for all builds, upstream's and distributors', except the `fixedBuilds`.
  public let distributor: RuntimeVersion.Distributor?
  /// Builds of a distributor that have the fix although their number is in the range: this build and later ones.
  public let fixedBuilds: [RuntimeVersion]

  /// - Parameters: Versions as strings. A string that is not a version sets no bound, which the table's tests would
  ///   detect.
  init(
    from: String? = nil, before: String? = nil, of distributor: RuntimeVersion.Distributor? = nil,
    fixedBuilds: [String] = []
  ) {
    self.from = from.flatMap { RuntimeVersion($0) }
    self.before = before.flatMap { RuntimeVersion($0) }
    self.distributor = distributor
    self.fixedBuilds = fixedBuilds.compactMap { RuntimeVersion($0) }
  }

  /// One build of a distributor, such as `v1.24.9+k3s1`.
  static func build(_ text: String) -> VersionRange {
    let version = RuntimeVersion(text)
    let next = version.flatMap { version in
      version.distributor.map {
        "\(version.major).\(version.minor).\(version.patch)+\($0.prefix)\(version.build + 1)"
      }
    }
    return VersionRange(from: text, before: next, of: version?.distributor)
  }

  /// Every version.
  static let all = VersionRange()

  /// Whether a version is in the range.
  public func contains(_ version: RuntimeVersion) -> Bool {
    if let distributor, version.distributor != distributor { return false }
    if let from, version < from { return false }
    if let before, version >= before { return false }
    return !fixedBuilds.contains { $0.distributor == version.distributor && version >= $0 }
  }
}

extension VersionRange: CustomStringConvertible {
  /// A description such as `1.6.9 and later, before 1.6.15`.
  public var description: String {
    switch (from, before) {
    case (let from?, let before?): "\(from) and later, before \(before)"
    case (let from?, nil): "\(from) and later"
    case (nil, let before?): "before \(before)"
    case (nil, nil): "every version"
    }
  }
}
