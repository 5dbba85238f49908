internal import ArgumentParser
internal import CRISimulator
internal import Glibc

do {
  var command = try CRISim.parseAsRoot()
  try command.run()
} catch let error as SimulatorError {
  Process.printError(error.description)
  exit(1)
} catch  where CRISim.exitCode(for: error) == .validationFailure {
  // All commands of this package exit with 2 on usage errors; ArgumentParser would use 64.
  Process.printError("\(CRISim.message(for: error)) (see --help)")
  exit(2)
} catch {
  CRISim.exit(withError: error)
}
