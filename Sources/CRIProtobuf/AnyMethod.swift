/// A call without its types: for a table that a server, or a test, looks calls up in.
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

  package func path(_ version: APIVersion) -> String { service.path(of: name, version) }
}
