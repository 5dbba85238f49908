/// The assignment of streams to the channels of a WebSocket connection.
package enum ChannelLayout: Hashable, Sendable {
  /// 0 standard input, 1 standard output, 2 standard error, 3 error, 4 resize.
  ///
  /// Source: `k8s.io/cri-streaming/pkg/streaming/remotecommand/websocket.go`.
  case remoteCommand
  /// Two channels for each port, one for data and one for errors. The first message on each channel is the port in two
  /// bytes, the low byte first. Each port can be connected to once.
  ///
  /// Source: `k8s.io/cri-streaming/pkg/streaming/portforward/websocket.go`.
  case portForward([UInt16])

  var channels: [Channel] {
    switch self {
    case .remoteCommand:
      return [
        Channel(["stdin"], clientWrites: true, serverWrites: false),
        Channel(["stdout"], clientWrites: false, serverWrites: true),
        Channel(["stderr"], clientWrites: false, serverWrites: true),
        Channel(["error"], clientWrites: false, serverWrites: true),
        Channel(["resize"], clientWrites: true, serverWrites: false),
      ]
    case .portForward(let ports):
      return ports.enumerated().flatMap { index, port in
        [
          Channel(["data", "\(port)", "\(index)"], port: port, clientWrites: true, serverWrites: true),
          Channel(["error", "\(port)", "\(index)"], port: port, clientWrites: false, serverWrites: true),
        ]
      }
    }
  }
}
