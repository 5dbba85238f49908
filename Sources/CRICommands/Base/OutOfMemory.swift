internal import CRICommandLine
internal import CRISystem

/// Makes the process end with one line on standard error and exit code 11 if an allocation fails.
package func reportOutOfMemory() {
  let failure = Failure(
    .overLimit, "out of memory; allow more (ulimit -v, the unit's MemoryMax), or select fewer objects with a filter")
  endWithoutMemory(line: failure.line, code: failure.code.rawValue)
}
