internal import ArgumentParser

/// How files that describe pods and containers are read.
struct Strictness: ParsableArguments {
  @Flag(help: "Refuse files with unknown fields, which are otherwise ignored with a warning.")
  var strict = false
}
