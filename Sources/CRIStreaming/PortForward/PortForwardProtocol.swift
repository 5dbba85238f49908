/// The names used by the port-forward protocol.
///
/// Source: `k8s.io/apimachinery/pkg/util/portforward/constants.go`.
package enum PortForwardProtocol {
  /// The protocol over SPDY.
  package static let spdy = "portforward.k8s.io"
  /// The protocol over SPDY in a WebSocket tunnel.
  package static let tunnel = "SPDY/3.1+portforward.k8s.io"
  /// The protocols over WebSocket channels, which require `port=N` in the URL's query.
  package static let channels = ["v4.channel.k8s.io", "v4.base64.channel.k8s.io"]

  /// Returns the header fields that open one of a connection's two streams.
  static func fields(_ type: String, port: UInt16, request: UInt32) -> [HTTPField] {
    [HTTPField("streamtype", type), HTTPField("port", "\(port)"), HTTPField("requestid", "\(request)")]
  }
}
