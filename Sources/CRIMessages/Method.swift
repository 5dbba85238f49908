package import CRIProtobuf

/// A method of the CRI, with the types of its request and response.
package struct Method<Request: Message, Response: Message>: Sendable {
  package let service: Service
  /// The name in the interface, such as `ListContainers`.
  package let name: String
  /// Whether the response is a stream of `Response`s.
  package let isServerStreaming: Bool

  package init(_ service: Service, _ name: String, isServerStreaming: Bool) {
    self.service = service
    self.name = name
    self.isServerStreaming = isServerStreaming
  }

  /// The HTTP/2 path, such as `/runtime.v1.RuntimeService/Version`.
  package func path(_ version: APIVersion) -> String { service.path(of: name, version) }
}

/// The services of the interface.
package enum Service: String, Hashable, Sendable, CaseIterable {
  case runtime = "RuntimeService"
  case image = "ImageService"

  /// The full name in gRPC, such as `runtime.v1.RuntimeService`.
  package func name(_ version: APIVersion) -> String { "runtime.\(version).\(rawValue)" }

  package func path(of method: String, _ version: APIVersion) -> String { "/\(name(version))/\(method)" }
}
