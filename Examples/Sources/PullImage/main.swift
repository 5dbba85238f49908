// Pulls an image from a registry that requires a login, and prints the reference of the image.
// Usage: PASSWORD=… PullImage SOCKET IMAGE USER
import CRI
import FoundationEssentials
import Glibc

let arguments = CommandLine.arguments
guard arguments.count == 4 else { fatalError("usage: PASSWORD=… PullImage SOCKET IMAGE USER") }
// The password is not an argument, because every user can read the arguments of a process.
let password = ProcessInfo.processInfo.environment["PASSWORD"] ?? ""
let login = AuthConfig(username: arguments[3], password: password)
let client = Client(try Endpoint(arguments[1]))
do {
  // By default, a pull may take as long as it needs while the runtime keeps responding.
  let request = PullImageRequest(image: ImageSpec(image: arguments[2]), auth: login)
  print(try await client.images.pullImage(request).imageRef)
} catch {
  // Neither the error nor the description of a request contains the password.
  switch error.code {
  case .status: print("the runtime refused to pull the image:", error.status?.message ?? "")
  case .notResponding: print("the runtime stopped responding; try again")
  default: print(error)
  }
  exit(1)
}
