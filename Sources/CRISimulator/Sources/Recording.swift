internal import CRIGRPC
internal import CRIJSON
internal import CRIMessages
internal import CRIProtobuf
internal import CRIText

/// One call and its result, as one line of JSON: `method` (the path), `request` and `response` (the messages in
/// Base64), `code` and `message`. A file of such lines is a recording of a runtime. The state file has the same format.
struct RecordedCall {
  var method: String
  var request: [UInt8] = []
  var result: Result<[UInt8], CallFailure>

  init<Request: CMessage, Response: CMessage>(
    _ method: Method<Request, Response>, _ request: Request, _ response: Response
  ) {
    self.method = method.path(.v1)
    self.request = request.encode()
    result = .success(response.encode())
  }

  init(method: String, result: Result<[UInt8], CallFailure>) {
    self.method = method
    self.result = result
  }

  init?(_ line: JSON) {
    guard let method = line["method"]?.stringValue,
      let request = Base64.decode(line["request"]?.stringValue ?? ""),
      let response = Base64.decode(line["response"]?.stringValue ?? ""),
      let code = StatusCode(rawValue: Int(line["code"]?.intValue ?? 0))
    else { return nil }
    self.method = method
    self.request = request
    result =
      code == .ok ? .success(response) : .failure(CallFailure(code, line["message"]?.stringValue ?? ""))
  }

  func write(to writer: inout JSONWriter) {
    let (response, failure): ([UInt8], CallFailure) =
      switch result {
      case .success(let bytes): (bytes, CallFailure(.ok, ""))
      case .failure(let failure): ([], failure)
      }
    writer.beginObject()
    for (key, text) in [
      ("method", method), ("request", Base64.encode(request)), ("response", Base64.encode(response)),
    ] {
      writer.key(key)
      writer.string(text)
    }
    writer.key("code")
    writer.number(failure.code.rawValue)
    writer.key("message")
    writer.string(failure.message)
    writer.endObject()
    writer.newline()
  }
}
