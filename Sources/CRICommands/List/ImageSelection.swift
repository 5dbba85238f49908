internal import ArgumentParser
internal import CRICommandLine

/// The options that select images.
struct ImageSelection: ParsableArguments {
  @Option(
    name: [.customShort("f"), .long],
    help: ArgumentHelp(
      "Show only matching images: dangling=true|false, reference=REGEX, before=IMAGE or since=IMAGE (repeatable).",
      valueName: "filter"))
  var filter: [String] = []

  func query(name: String?) throws(Failure) -> ImageQuery {
    var query = ImageQuery()
    if let name, !name.isEmpty { query.name = ImageName(name) }
    for text in filter { query.conditions += try ImageCondition.parse(text) }
    return query
  }
}
