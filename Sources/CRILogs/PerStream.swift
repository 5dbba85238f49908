/// One value for each of the two streams.
struct PerStream<Value> {
  var stdout: Value
  var stderr: Value

  init(_ value: Value) { (stdout, stderr) = (value, value) }

  subscript(stream: LogStream) -> Value {
    get { stream == .stdout ? stdout : stderr }
    // Changes the value in place: a setter would copy a long line for each fragment that is added to it.
    _modify { if stream == .stdout { yield &stdout } else { yield &stderr } }
  }
}
