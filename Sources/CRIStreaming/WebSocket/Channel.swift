/// One stream of a `ChannelSession`.
struct Channel {
  /// The header fields that would open this stream over SPDY.
  let fields: [HTTPField]
  /// The port that the first two bytes must contain.
  let port: UInt16?
  let clientWrites: Bool
  let serverWrites: Bool

  var isOpened = false
  var outgoing = ByteQueue()
  /// Whether the end of the stream is sent after the last byte.
  var isFinishing = false
  /// Whether no more data can be written.
  var isFinished = false
  var isFinishedByPeer = false
  /// Whether received data is discarded.
  var isDiscarding = false
  /// The number of received bytes that the caller has not consumed.
  var unconsumedBytes = 0
  /// The bytes of the port number, which begins the channel's data, that have been received so far.
  var portBytes: [UInt8] = []

  init(_ values: [String], port: UInt16? = nil, clientWrites: Bool, serverWrites: Bool) {
    fields = zip(["streamtype", "port", "requestid"], values).map { HTTPField($0, $1) }
    self.port = port
    self.clientWrites = clientWrites
    self.serverWrites = serverWrites
  }

  /// Whether these fields select this channel. Other fields, such as a request ID, are ignored.
  func matches(_ requested: [HTTPField]) -> Bool {
    requested["streamtype"] == fields["streamtype"] && requested["port"] == fields["port"]
  }
}
