import GRPCCore
import GRPCNIOTransportHTTP2Posix
import GRPCProtobuf
import Glibc
import SwiftProtobuf

/// Returns an age in the format of `cri ps`, for ages of an hour or more.
func age(_ created: Int64, now: Int64) -> String {
  let hours = (now - created) / 3_600_000_000_000
  return hours < 48
    ? "\(hours) hours ago" : hours < 24 * 14 ? "\(hours / 24) days ago" : "\(hours / 168) weeks ago"
}

var request = Runtime_V1_ListContainersRequest()
request.filter.state.state = .containerRunning

let transport = try HTTP2ClientTransport.Posix(
  target: .unixDomainSocket(path: CommandLine.arguments[1], authority: "localhost"),
  transportSecurity: .plaintext)
let method = MethodDescriptor(fullyQualifiedService: "runtime.v1.RuntimeService", method: "ListContainers")
var options = CallOptions.defaults
options.maxRequestMessageBytes = 64 << 20  // this version of the transport also applies the limit to responses

let response = try await withGRPCClient(transport: transport) { client in
  try await client.unary(
    request: ClientRequest(message: request), descriptor: method,
    serializer: ProtobufSerializer<Runtime_V1_ListContainersRequest>(),
    deserializer: ProtobufDeserializer<Runtime_V1_ListContainersResponse>(), options: options
  ) { try $0.message }
}

var clock = timespec()
clock_gettime(CLOCK_REALTIME, &clock)
let now = Int64(clock.tv_sec) * 1_000_000_000
let header = ["CONTAINER", "IMAGE", "CREATED", "STATE", "NAME", "ATTEMPT", "POD ID", "POD", "NAMESPACE"]
let rows = response.containers.sorted { $0.createdAt > $1.createdAt }.map { c in
  [
    String(c.id.prefix(13)),
    c.image.image.hasPrefix("sha256:") ? String(c.image.image.prefix(20)) : c.image.image,
    age(c.createdAt, now: now), "Running", c.metadata.name, String(c.metadata.attempt),
    String(c.podSandboxID.prefix(13)),
    c.labels["io.kubernetes.pod.name"] ?? "unknown", c.labels["io.kubernetes.pod.namespace"] ?? "unknown",
  ]
}
var widths = header.map(\.utf8.count)
for row in rows { for (i, cell) in row.enumerated() { widths[i] = max(widths[i], cell.utf8.count) } }
var text = ""
for row in [header] + rows {
  for (i, cell) in row.enumerated() {
    text += cell
    if i + 1 < row.count { text += String(repeating: " ", count: widths[i] - cell.utf8.count + 3) }
  }
  text += "\n"
}
print(text, terminator: "")
