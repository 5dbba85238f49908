// Prints events of pods and containers, including those that were missed while the runtime restarted.
// Usage: WatchEvents SOCKET [COUNT]     Ends after COUNT lines; by default, it runs until it is interrupted.
import CRI

let arguments = CommandLine.arguments
guard arguments.count > 1 else { fatalError("usage: WatchEvents SOCKET [COUNT]") }
let client = Client(try Endpoint(arguments[1]))
var rest = arguments.count > 2 ? Int(arguments[2]) ?? 0 : Int.max

for try await element in client.runtime.events() {
  switch element {
  case .event(let event): print(event.containerEventType, event.containerID)
  case .derived(let event): print(event.containerEventType, event.containerID, "(while the runtime was down)")
  case .interrupted(let error): print("interrupted:", error.map { "\($0)" } ?? "the stream ended")
  case .resumed(let count): print("resumed with \(count) events")
  }
  rest -= 1
  if rest == 0 { break }
}
