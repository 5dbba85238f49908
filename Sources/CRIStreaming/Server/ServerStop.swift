internal import CRISystem

/// Tells all threads of a server to end. The pipe is never drained, so that it wakes every one of them.
final class ServerStop: Sendable {
  private let pipe: WakePipe

  init() throws(Errno) { pipe = try WakePipe() }

  /// Readable once the server is to end.
  var descriptor: Int32 { pipe.descriptor }

  func request() { pipe.wake() }
}
