internal import CRIStreaming
internal import CRISystem

/// How a session that was connected with the standard streams has ended.
enum SessionEnd: Sendable {
  case result(CommandResult)
  case failed(StreamingError)
  /// The user has pressed the detach keys.
  case detached
  case interrupted(SignalWatch.Received)
  case timedOut
  /// The reader of standard output or standard error has gone.
  case outputClosed
  case outputFailed(Errno)
}
