internal import CRISimulator
internal import CRISystem
internal import Dispatch
internal import Glibc

/// Operations on the command's process.
enum Process {
  /// Serves until SIGTERM or SIGINT arrives.
  static func serve(_ runtime: SimulatedRuntime, at socket: String) throws -> Never {
    let path = socket.hasPrefix("unix://") ? String(socket.dropFirst(7)) : socket
    do throws(Errno) {
      try runtime.start(at: path)
    } catch {
      printError("\(path): \(error)")
      exit(1)
    }
    let sources = [SIGTERM, SIGINT].map { number in
      // Disable the signal's default action, which would end the process before Dispatch handles the signal.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        runtime.stop()
        exit(0)
      }
      source.resume()
      return source
    }
    printError("serving \(runtime.summary) on \(path)")
    withExtendedLifetime(sources) { dispatchMain() }
  }

  /// Exits immediately with code 137, without output and without cleaning up.
  @Sendable static func die() { _exit(137) }

  static func printError(_ text: String) { try? StandardStream.error.write("cri-sim: \(text)\n") }
}
