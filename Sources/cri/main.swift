internal import CRICommands
internal import CRISystem

StandardStream.reserveClosedDescriptors()
installOutOfMemoryHandler()
let arguments = Array(CommandLine.arguments.dropFirst())
do {
  endProcess(try SingleThread.run { await runCommandLine(arguments) })
} catch {
  try? StandardStream.error.write("cri: cannot start: \(error)\n")
  endProcess(3)
}
