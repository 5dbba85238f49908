internal import CRISystem

/// Requests that all threads of a server end. The pipe is never drained, so that it wakes every one of them.
final class ServerStop: Sendable {
  private let pipe: WakePipe

  init() throws(Errno) { pipe = try WakePipe() }

  /// A descriptor that is readable once the end has been requested.
  var descriptor: Int32 { pipe.descriptor }

  func request() { pipe.wake() }
}
