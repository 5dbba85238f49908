public import CRIRules

/// Something that was not examined, and the reason.
public struct Unchecked: Hashable, Sendable {
  /// What was not examined.
  public var subject: UncheckedSubject
  /// Why it was not examined.
  public var reason: UnknownReason
  /// The number of objects that share the subject and the reason.
  public var count: Int
  /// Whether the subject is unchecked only in the earlier of two snapshots (before the change).
  public var isFromEarlierSnapshot: Bool
  /// Whether a complete result needs the subject: without it, a snapshot is incomplete and a verdict cannot be intact.
  public var isRequired: Bool

  /// Creates a value with the given properties.
  public init(
    _ subject: UncheckedSubject, _ reason: UnknownReason, count: Int = 1, isFromEarlierSnapshot: Bool = false,
    isRequired: Bool = false
  ) {
    self.subject = subject
    self.reason = reason
    self.count = count
    self.isFromEarlierSnapshot = isFromEarlierSnapshot
    self.isRequired = isRequired
  }

  /// The object whose details are missing; nil for any other subject.
  public var object: ObjectName? { if case .details(let object, _) = subject { object } else { nil } }

  /// The rule that is unchecked; nil for any other subject.
  public var rule: RuleID? { if case .rule(let id) = subject { id } else { nil } }

  /// Whether the runtime lists the object as ready or running; nil for any other subject.
  public var isLive: Bool? { if case .details(_, let isLive) = subject { isLive } else { nil } }
}

extension Unchecked {
  /// An object that the runtime lists but whose details could not be read.
  public static func details(_ object: ObjectName, isLive: Bool? = nil, _ reason: UnknownReason) -> Unchecked {
    Unchecked(.details(object, isLive: isLive), reason, isRequired: true)
  }

  /// The list of images.
  public static func images(_ reason: UnknownReason) -> Unchecked {
    Unchecked(.images, reason, isRequired: true)
  }
}
