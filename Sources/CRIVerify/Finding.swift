public import CRISnapshot

/// A rule that does not hold for one object.
public struct Finding: Hashable, Sendable {
  public var rule: Rule
  public var object: ObjectName
  /// In words, as the report prints them.
  public var before: String
  public var after: String
}
