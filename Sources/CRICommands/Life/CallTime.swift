internal import ArgumentParser
internal import CRI
internal import CRICommandLine

/// The timeout of a command's calls.
struct CallTime: ParsableArguments {
  @Option(
    name: [.customShort("T"), .customLong("cancel-timeout")],
    help: ArgumentHelp(
      "The timeout of each call, instead of --timeout; a call that starts a pod may take twice as long.",
      valueName: "duration"
    ))
  var cancelTimeout: String?

  func validate() throws {
    if let cancelTimeout, DurationText.parse(cancelTimeout) == nil {
      throw ValidationError("--cancel-timeout \(cancelTimeout): specify a duration such as 500ms, 2s or 1m30s")
    }
  }

  /// The timeout of one call; a value that is not positive stands for the default, as in crictl.
  func of(_ context: Context) -> Duration {
    cancelTimeout.flatMap(DurationText.parse).flatMap { $0 > .zero ? $0 : nil } ?? context.callTimeout
  }
}
