internal import CRIMessages
internal import CRIProtobuf

/// A type whose values a finding can contain.
package protocol FindingValueConvertible {
  var findingValue: FindingValue { get }
}

extension String: FindingValueConvertible {
  package var findingValue: FindingValue { isEmpty ? .none : .text(self) }
}

extension Int32: FindingValueConvertible {
  package var findingValue: FindingValue { .number(Int64(self)) }
}

extension UInt32: FindingValueConvertible {
  package var findingValue: FindingValue { .number(Int64(self)) }
}

extension Timestamp: FindingValueConvertible {
  package var findingValue: FindingValue { isZero ? .none : .time(self) }
}

extension PodSandboxState: FindingValueConvertible {
  package var findingValue: FindingValue { .podState(self) }
}

extension ContainerState: FindingValueConvertible {
  package var findingValue: FindingValue { .containerState(self) }
}

extension Signal: FindingValueConvertible {
  package var findingValue: FindingValue { .signal(self) }
}

extension NamespaceMode: FindingValueConvertible {
  package var findingValue: FindingValue { .namespaceMode(self) }
}

extension [String]: FindingValueConvertible {
  package var findingValue: FindingValue { isEmpty ? .none : .texts(self) }
}

extension Optional: FindingValueConvertible where Wrapped: FindingValueConvertible {
  package var findingValue: FindingValue { map(\.findingValue) ?? .none }
}
