internal import ArgumentParser
internal import CRISystem

/// Which schema `run jsonschema` and `create jsonschema` print.
struct SchemaOptions: ParsableArguments {
  @Flag(name: [.customShort("p"), .long], help: "With jsonschema: the schema of the pod's file.")
  var pod = false

  @Flag(name: [.customShort("c"), .long], help: "With jsonschema: the schema of the container's file.")
  var container = false

  var isEmpty: Bool { !pod && !container }

  /// Prints what is asked for; the pod's first, as crictl.
  func write() throws {
    let texts = [pod ? SchemaText.pod : "", container ? SchemaText.container : ""]
    try StandardStream.output.write(texts.joined())
  }
}
