internal import CRICommands
internal import CRISystem

endProcess(await runCommandLine(Array(CommandLine.arguments.dropFirst())))
