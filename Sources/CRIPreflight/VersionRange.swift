public import CRISnapshot

/// Versions from one to before another, and whose builds of them.
public struct VersionRange: Hashable, Sendable {
  /// The first one; nil: there is no first.
  public let from: RuntimeVersion?
  /// The first one that is not in it any more; nil: there is no last.
  public let before: RuntimeVersion?
  /// nil: upstream's builds and everybody's, except the `fixedBuilds`.
  public let distributor: RuntimeVersion.Distributor?
  /// Builds of a distributor that has the fix although their number says otherwise: from this one on.
  public let fixedBuilds: [RuntimeVersion]

  /// - Parameters: versions as text; what is no version is no bound, which the tests of the table would show.
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

  public func contains(_ version: RuntimeVersion) -> Bool {
    if let distributor, version.distributor != distributor { return false }
    if let from, version < from { return false }
    if let before, version >= before { return false }
    return !fixedBuilds.contains { $0.distributor == version.distributor && version >= $0 }
  }
}

extension VersionRange: CustomStringConvertible {
  /// Such as `1.6.9 to before 1.6.15`.
  public var description: String {
    switch (from, before) {
    case (let from?, let before?): "\(from) to before \(before)"
    case (let from?, nil): "\(from) and later"
    case (nil, let before?): "before \(before)"
    case (nil, nil): "every version"
    }
  }
}
