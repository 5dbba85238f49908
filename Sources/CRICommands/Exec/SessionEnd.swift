internal import CRIStreaming
internal import CRISystem

/// How a session that was connected to the standard streams has ended.
enum SessionEnd: Sendable {
  case result(CommandResult)
  case failed(StreamingError)
  /// The user has pressed the detach keys.
  case detached
  case interrupted(SignalWatch.Received)
  case timedOut
  /// The reader of standard output or standard error has closed it.
  case outputClosed
  case outputFailed(Errno)
  case inputFailed(Errno)
}
