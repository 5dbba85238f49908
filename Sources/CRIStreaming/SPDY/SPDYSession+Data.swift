/// Sends data: the streams take turns, sending one frame each.
extension SPDYSession {
  /// Enqueues a stream if it has something to send and is not in the queue.
  mutating func schedule(_ id: UInt32) {
    guard let stream = streams[id], stream.hasSomethingToSend, !turns.contains(id) else { return }
    turns.append(id)
  }

  /// Returns the next stream that may send, and the number of bytes that it may send.
  ///
  /// A stream that may not send leaves the queue; a larger window enqueues it again.
  mutating func nextTurn() -> (id: UInt32, count: Int)? {
    while let id = turns.first {
      turns.removeFirst()
      guard let stream = streams[id], stream.hasSomethingToSend else { continue }
      var count = min(stream.outgoing.count, SPDYFrameEncoder.maximumData)
      if respectsSendWindows { count = max(0, min(count, stream.sendWindow, connectionSendWindow)) }
      // A FIN without data does not require a window.
      if count > 0 || stream.outgoing.isEmpty { return (id, count) }
    }
    return nil
  }

  /// Writes one DATA frame.
  mutating func sendData(on id: UInt32, _ count: Int, into output: inout [UInt8]) {
    guard var stream = streams.removeValue(forKey: id) else { return }
    let isLast = stream.isFinishing && count == stream.outgoing.count
    SPDYFrameEncoder.dataHeader(id: id, count: count, isLast: isLast, &output)
    stream.outgoing.take(count, into: &output)
    stream.sendWindow -= count
    connectionSendWindow -= count
    stream.isFinished = isLast
    streams[id] = stream
    if isLast, stream.isFinishedByPeer { remove(id) } else { schedule(id) }
  }
}
