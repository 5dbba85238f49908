internal import ArgumentParser
internal import CRISystem

/// Which schema `run jsonschema` and `create jsonschema` print.
struct SchemaOptions: ParsableArguments {
  @Flag(name: [.customShort("p"), .long], help: "With jsonschema: the schema of the pod's file.")
  var pod = false

  @Flag(name: [.customShort("c"), .long], help: "With jsonschema: the schema of the container's file.")
  var container = false

  /// Whether the words ask for a schema, or are as many as the command takes.
  /// - Parameter usage: what it takes, in words.
  func check(_ words: [String], count: Int, usage: String) throws {
    let isNamed = pod || container
    if words.count == 1, SchemaText.isAskedFor(words[0]) {
      if !isNamed { throw ValidationError("jsonschema of what? Write --pod or --container") }
      return
    }
    if isNamed { throw ValidationError("--pod and --container stand with jsonschema only") }
    if words.count != count { throw ValidationError(usage) }
  }

  /// Prints what is asked for; the pod's first, as crictl.
  func write() throws {
    let texts = [pod ? SchemaText.pod : "", container ? SchemaText.container : ""]
    try StandardStream.output.write(texts.joined())
  }
}
