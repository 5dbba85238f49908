/// One stream of a `ChannelSession`.
struct Channel {
  /// The header fields that would open this stream over SPDY.
  let fields: [HTTPField]
  /// The port that the first two bytes must name.
  let port: UInt16?
  let clientWrites: Bool
  let serverWrites: Bool

  var isOpened = false
  var outgoing = ByteQueue()
  /// The end of the stream is to be sent after the last byte.
  var isFinishing = false
  /// Nothing more can be written.
  var isFinished = false
  var isFinishedByPeer = false
  /// What arrives is thrown away.
  var isDiscarding = false
  var unconsumed = 0
  /// The bytes so far of the port that comes first.
  var portBytes: [UInt8] = []

  init(_ values: [String], port: UInt16? = nil, clientWrites: Bool, serverWrites: Bool) {
    fields = zip(["streamtype", "port", "requestid"], values).map { HTTPField($0, $1) }
    self.port = port
    self.clientWrites = clientWrites
    self.serverWrites = serverWrites
  }

  /// Whether these fields ask for this channel. Other fields, such as a request ID, are ignored.
  func matches(_ requested: [HTTPField]) -> Bool {
    requested["streamtype"] == fields["streamtype"] && requested["port"] == fields["port"]
  }
}
