package import CRICommandLine
internal import CRIText

extension Failure {
  /// The maximum number of scalars of a message that are printed, because text from a file or a runtime may have any
  /// length.
  private static let maximumLength = 8000

  /// The line for standard error. The middle of a message that is too long is left out, because the remedy is at the
  /// end.
  package var line: String {
    let scalars = message.unicodeScalars
    let isLong = scalars.prefix(Self.maximumLength + 1).count > Self.maximumLength
    let shown =
      isLong
      ? "\(String(scalars.prefix(Self.maximumLength / 2))) … \(String(scalars.suffix(Self.maximumLength / 4)))"
      : message
    return "\(Program.name): \(Program.named(Sanitizer.visible(shown)))\n"
  }
}
