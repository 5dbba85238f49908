internal import ArgumentParser
internal import CRI
internal import CRICommandLine

/// How long the calls of a command may take.
struct CallTime: ParsableArguments {
  @Option(
    name: [.customShort("T"), .customLong("cancel-timeout")],
    help: ArgumentHelp(
      "How long each call may take, in place of --timeout; the pod's start twice that.", valueName: "duration"))
  var cancelTimeout: String?

  func validate() throws {
    if let cancelTimeout, DurationText.parse(cancelTimeout) == nil {
      throw ValidationError("--cancel-timeout \(cancelTimeout): write a duration such as 500ms, 2s or 1m30s")
    }
  }

  /// For one answer; what is not positive stands for the default, as in crictl.
  func of(_ context: Context) -> Duration {
    cancelTimeout.flatMap(DurationText.parse).flatMap { $0 > .zero ? $0 : nil } ?? context.answerTimeout
  }
}
