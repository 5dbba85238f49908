internal import ArgumentParser

/// How files that describe pods and containers are read.
struct Strictness: ParsableArguments {
  @Flag(help: "Refuse files with unknown fields, which are ignored with a warning otherwise.")
  var strict = false
}
