internal import ArgumentParser

/// Whether an image is fetched before a container is made of it.
struct PullPolicy: ParsableArguments {
  @Flag(help: "Do not pull the image before, whatever the configuration says.")
  var noPull = false

  @Flag(help: "Pull the image before, whatever the configuration says.")
  var withPull = false

  func validate() throws {
    if noPull, withPull { throw ValidationError("--no-pull and --with-pull contradict each other") }
  }

  /// - Parameter usual: what the configuration says.
  func pulls(_ usual: Bool) -> Bool { withPull || usual && !noPull }
}
