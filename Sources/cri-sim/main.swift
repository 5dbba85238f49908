internal import ArgumentParser
internal import CRISimulator
internal import Glibc

do {
  var command = try CRISim.parseAsRoot()
  try command.run()
} catch let error as SimulatorError {
  Process.complain(error.description)
  exit(1)
} catch  where CRISim.exitCode(for: error) == .validationFailure {
  // Usage errors are 2 everywhere in this package; the parser would say 64.
  Process.complain("\(CRISim.message(for: error)) (see --help)")
  exit(2)
} catch {
  CRISim.exit(withError: error)
}
