package import CRICommandLine
internal import CRIText

extension Failure {
  /// Scalars of a message that are printed: what a file or a runtime says may have any length.
  private static let longest = 8000

  /// The line as it goes to standard error. Of a message that is too long the middle is left out: the remedy is at the end.
  package var line: String {
    let scalars = message.unicodeScalars
    let isLong = scalars.prefix(Self.longest + 1).count > Self.longest
    let shown =
      isLong ? "\(String(scalars.prefix(Self.longest / 2))) … \(String(scalars.suffix(Self.longest / 4)))" : message
    return "\(Program.name): \(Program.named(Sanitizer.visible(shown)))\n"
  }
}
