package import CRICommandLine
internal import CRIText

extension Failure {
  /// The line for standard error.
  package var line: String { "\(Program.name): \(Program.named(Sanitizer.visible(message)))\n" }
}
