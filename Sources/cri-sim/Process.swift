internal import CRISimulator
internal import CRISystem
internal import Dispatch
internal import Glibc

/// What the command does to its process.
enum Process {
  /// Serves until a signal ends it.
  static func serve(_ runtime: SimulatedRuntime, at socket: String) throws -> Never {
    let path = socket.hasPrefix("unix://") ? String(socket.dropFirst(7)) : socket
    do throws(Errno) {
      try runtime.start(at: path)
    } catch {
      complain("\(path): \(error)")
      exit(1)
    }
    let sources = [SIGTERM, SIGINT].map { number in
      // Dispatch hears of a signal beside its handler, which would end the process first.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        runtime.stop()
        exit(0)
      }
      source.resume()
      return source
    }
    complain("serving \(runtime.summary) on \(path)")
    withExtendedLifetime(sources) { dispatchMain() }
  }

  /// Without a word, and without any of the cleaning up that a process does at its end.
  @Sendable static func die() { _exit(137) }

  static func complain(_ text: String) { try? StandardStream.error.write("cri-sim: \(text)\n") }
}
