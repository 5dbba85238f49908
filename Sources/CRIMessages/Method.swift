public import CRIProtobuf

/// One call of the CRI, with the types that go in and out.
public struct Method<Request: Message, Response: Message>: Sendable {
  public let service: Service
  /// As in the interface: `ListContainers`.
  public let name: String
  /// Whether the response is a stream of `Response`s.
  public let isServerStreaming: Bool

  package init(_ service: Service, _ name: String, isServerStreaming: Bool) {
    self.service = service
    self.name = name
    self.isServerStreaming = isServerStreaming
  }

  /// The HTTP/2 path: `/runtime.v1.RuntimeService/Version`.
  public func path(_ version: APIVersion) -> String { service.path(of: name, version) }
}

/// The services of the interface.
public enum Service: String, Hashable, Sendable, CaseIterable {
  case runtime = "RuntimeService"
  case image = "ImageService"

  /// As gRPC names it: `runtime.v1.RuntimeService`.
  public func name(_ version: APIVersion) -> String { "runtime.\(version).\(rawValue)" }

  package func path(of method: String, _ version: APIVersion) -> String { "/\(name(version))/\(method)" }
}

/// The versions of the CRI that are in use. The messages are the same as far as the older one has them.
public enum APIVersion: String, Hashable, Sendable, CaseIterable, CustomStringConvertible {
  case v1
  /// Runtimes up to Kubernetes 1.25; containerd 1.5 and before know only this.
  case v1alpha2

  public var description: String { rawValue }
}
