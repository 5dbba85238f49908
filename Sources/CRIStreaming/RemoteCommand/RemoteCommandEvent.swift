/// What a remote command reports to its client, in the order in which it happened.
package enum RemoteCommandEvent: Hashable, Sendable {
  /// The server has accepted all streams.
  case ready
  case output(RemoteOutput, [UInt8])
  case endOfOutput(RemoteOutput)
  /// The command takes no more input.
  case inputClosed
  /// How the command ended. Output may still follow.
  case result(Result<CommandResult, RemoteCommandFailure>)
  /// The answer to a ping.
  case pong
}
