package import CRIGRPC

/// The error status of a call.
package struct CallFailure: Error, Hashable, Sendable {
  package var code: StatusCode
  package var message: String

  package init(_ code: StatusCode, _ message: String) {
    self.code = code
    self.message = message
  }

  /// Converts an error that a closure threw, because closures do not preserve the type of the error.
  init(_ error: any Error) { self = error as? CallFailure ?? CallFailure(.internal, "\(error)") }
}
