/// An event in a remote-command session, for the client; events are in the order of occurrence.
package enum RemoteCommandEvent: Hashable, Sendable {
  /// The server has accepted all streams.
  case ready
  case output(RemoteOutput, [UInt8])
  case endOfOutput(RemoteOutput)
  /// The command accepts no more input.
  case inputClosed
  /// The result of the command. Output may still follow.
  case result(Result<CommandResult, RemoteCommandFailure>)
  /// The response to a ping.
  case pong
}
