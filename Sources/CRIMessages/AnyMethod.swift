package import CRIProtobuf

/// A method whose message types are not part of its own type, for a table of methods that a server or a test searches.
package struct AnyMethod: Sendable {
  package let service: Service
  package let name: String
  package let isServerStreaming: Bool
  package let request: any CMessage.Type
  package let response: any CMessage.Type

  package init<Request: CMessage, Response: CMessage>(_ method: Method<Request, Response>) {
    service = method.service
    name = method.name
    isServerStreaming = method.isServerStreaming
    request = Request.self
    response = Response.self
  }

  /// The HTTP/2 path of the method, such as `/runtime.v1.RuntimeService/Version`.
  package func path(_ version: APIVersion) -> String { service.path(of: name, version) }
}
