/// One of a container's two output streams.
package enum LogStream: String, Hashable, Sendable, CaseIterable {
  case stdout
  case stderr
}
