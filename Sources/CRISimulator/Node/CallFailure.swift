package import CRIGRPC

/// What the simulated runtime answers instead of a result.
package struct CallFailure: Error, Hashable, Sendable {
  package var code: StatusCode
  package var message: String

  package init(_ code: StatusCode, _ message: String) {
    self.code = code
    self.message = message
  }

  /// What a closure threw: closures lose the type.
  init(_ error: any Error) { self = error as? CallFailure ?? CallFailure(.internal, "\(error)") }
}
