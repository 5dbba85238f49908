/// Which of its two outputs a container wrote to.
package enum LogStream: String, Hashable, Sendable, CaseIterable {
  case stdout
  case stderr
}
