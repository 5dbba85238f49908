internal import CRISystem

/// Asks all threads of a server to end. The pipe is never drained, so that it wakes all of them.
final class ServerStop: Sendable {
  private let pipe: WakePipe

  init() throws(Errno) { pipe = try WakePipe() }

  /// A descriptor that becomes readable once the threads have been asked to end.
  var descriptor: Int32 { pipe.descriptor }

  func request() { pipe.wake() }
}
