internal import ArgumentParser
internal import CRICommandLine

/// Which images are meant.
struct ImageSelection: ParsableArguments {
  @Option(
    name: [.customShort("f"), .long],
    help: ArgumentHelp(
      "dangling=true|false, reference=REGEX, and since=IMAGE or before=IMAGE: made after or before it.",
      valueName: "filter"))
  var filter: [String] = []

  func query(name: String?) throws(Failure) -> ImageQuery {
    var query = ImageQuery()
    if let name, !name.isEmpty { query.name = ImageName(name) }
    for text in filter { query.conditions += try ImageCondition.parse(text) }
    return query
  }
}
