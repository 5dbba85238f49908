package import CRICommandLine
internal import CRIText

extension Failure {
  /// The line as it goes to standard error.
  package var line: String { "\(Program.name): \(Program.named(Sanitizer.visible(message)))\n" }
}
