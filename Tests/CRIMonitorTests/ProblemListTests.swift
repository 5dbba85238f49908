import CRIRules
import CRISnapshot
import Testing

@testable import CRIDoctor
@testable import CRIMonitor

@Suite struct ProblemListTests {
  private var list = ProblemList()

  private mutating func update(
    _ findings: [(RuleID, ObjectName)], unchecked: Set<RuleID> = []
  ) -> (appeared: [RuleID], disappeared: [RuleID]) {
    let changes = list.update(
      with: findings.map { DoctorFinding(rule: $0.rule, object: $1, detail: .none) }, unchecked: unchecked)
    return (changes.appeared.map(\.rule.id), changes.disappeared.map(\.rule.id))
  }

  private static let rules = Rule.all(of: .doctor).map(\.id)
  private static let pod = PodName(namespace: "default", name: "web", uid: "u")
  private static func container(_ id: String) -> ObjectName {
    ObjectName(.container, pod: pod, name: "main", id: id)
  }

  @Test mutating func `a problem appears once and disappears once`() {
    let (first, second) = (Self.rules[0], Self.rules[1])
    var changes = update([(first, ObjectName(.runtime))])
    #expect(changes.appeared == [first] && changes.disappeared.isEmpty)
    changes = update([(first, ObjectName(.runtime)), (second, ObjectName(.node))])
    #expect(changes.appeared == [second] && changes.disappeared.isEmpty)
    changes = update([])
    #expect(changes.appeared.isEmpty && changes.disappeared.count == 2 && list.problems.isEmpty)
  }

  @Test mutating func `a container with a new ID has the same problem`() {
    _ = update([(Self.rules[0], Self.container("1"))])
    let changes = update([(Self.rules[0], Self.container("2"))])
    #expect(changes.appeared.isEmpty && changes.disappeared.isEmpty)
  }

  @Test mutating func `a problem whose rule could not be checked stays`() {
    _ = update([(Self.rules[0], ObjectName(.runtime))])
    var changes = update([], unchecked: [Self.rules[0]])
    #expect(changes.disappeared.isEmpty && list.problems.count == 1)
    changes = update([])
    #expect(changes.disappeared.count == 1)
  }
}
