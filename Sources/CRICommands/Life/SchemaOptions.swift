internal import ArgumentParser
internal import CRISystem

/// The schemas that `run jsonschema` and `create jsonschema` print.
struct SchemaOptions: ParsableArguments {
  @Flag(name: [.customShort("p"), .long], help: "With jsonschema: print the schema of the pod file.")
  var pod = false

  @Flag(name: [.customShort("c"), .long], help: "With jsonschema: print the schema of the container file.")
  var container = false

  /// Checks that the words request a schema, or that their number is the one that the command takes.
  /// - Parameter usage: A sentence about the arguments that the command takes.
  func check(_ words: [String], count: Int, usage: String) throws {
    let isNamed = pod || container
    if words.count == 1, SchemaText.isRequested(words[0]) {
      if !isNamed { throw ValidationError("jsonschema: no schema is selected; specify --pod or --container") }
      return
    }
    if isNamed { throw ValidationError("--pod and --container are allowed only with jsonschema") }
    if words.count != count { throw ValidationError(usage) }
  }

  /// Prints the selected schemas, that of the pod first, as crictl does.
  func write() throws {
    let texts = [pod ? SchemaText.pod : "", container ? SchemaText.container : ""]
    try StandardStream.output.write(texts.joined())
  }
}
