/// One value for each of the two streams.
struct PerStream<Value> {
  var stdout: Value
  var stderr: Value

  init(_ value: Value) { (stdout, stderr) = (value, value) }

  subscript(stream: LogStream) -> Value {
    get { stream == .stdout ? stdout : stderr }
    set { if stream == .stdout { stdout = newValue } else { stderr = newValue } }
  }
}
