internal import ArgumentParser

/// Whether an image is pulled before a container is created from it.
struct PullPolicy: ParsableArguments {
  @Flag(help: "Do not pull the image first, regardless of the configuration.")
  var noPull = false

  @Flag(help: "Pull the image first, regardless of the configuration.")
  var withPull = false

  func validate() throws {
    if noPull, withPull { throw ValidationError("specify --no-pull or --with-pull, not both") }
  }

  /// - Parameter usual: The default from the configuration.
  func pulls(_ usual: Bool) -> Bool { withPull || usual && !noPull }
}
