internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRICopy
internal import CRIStreaming
internal import CRISystem

struct CopyCommand: AsyncParsableCommand {
  enum Method: String, ExpressibleByArgument, CaseIterable { case auto, node, tar }

  static let configuration = CommandConfiguration.subcommand(
    "cp", abstract: "Copy files and directories into and out of a container.",
    usage: "cri cp [options] <container>:<path> <path>|-\ncri cp [options] <path>|- <container>:<path>",
    discussion: """
      Specify the container as for cri exec; it must be running. If a path is -, a tar stream is read from standard \
      input or written to standard output. A path on this node that contains a colon must begin with / or a dot.

      As in docker cp: a directory is copied into an existing directory, or to a new directory with the given name; \
      with /. at the end of the source, only its contents are copied. A file replaces a file. A symbolic link is \
      copied as a link; with / at the end or --follow-link, the object that it points to is copied.

      Symbolic links are resolved as the container sees them, and nothing outside the container is read or written. Copies \
      out of a container belong to you and have no set-uid, set-gid or sticky bits. Copies into it belong to its root user. \
      Devices, FIFOs, sockets and the files of procfs and sysfs are not copied.

      --method node copies through the container's process and does not need tar in the container; --method tar runs tar \
      in the container. With --method auto, root uses node if possible, and otherwise tar; other users use tar.

      Exit codes: 0 if everything was copied, 1 if the copy failed, 2 usage error, 3 the runtime is not reachable, 7 no such \
      container, 8 several containers have this name, 9 no permission, 10 no response in time, 11 out of memory or a response \
      over a limit, 128+N if signal N interrupted the copy.
      """)

  @Flag(
    name: [.short, .long],
    help:
      "Preserve numeric user and group IDs as the container sees them (copying out of a container then requires root).")
  var archive = false

  @Flag(name: [.customShort("L"), .long], help: "Follow a symbolic link at the end of the source path.")
  var followLink = false

  @Option(help: "How to access the container's files.")
  var method = Method.auto

  @Flag(name: [.short, .long], help: "Do not show a progress bar.")
  var quiet = false

  @OptionGroup(title: "Streaming (method tar)") var stream: StreamOptions

  @Argument(help: ArgumentHelp("CONTAINER:PATH, a path on this node, or -.", valueName: "source"))
  var source: String

  @Argument(help: ArgumentHelp("CONTAINER:PATH, a path on this node, or -.", valueName: "destination"))
  var destination: String

  func validate() throws {
    for text in [source, destination] where CopyOperand(text) == nil {
      throw ValidationError("\"\(text)\": specify CONTAINER:PATH, a path, or -")
    }
    switch (CopyOperand(source), CopyOperand(destination)) {
    case (.container, .container):
      throw ValidationError(
        "both sides are containers; copy to this node first, or join two commands with - and a pipe")
    case (.container, _), (_, .container): break
    default: throw ValidationError("neither side is a container; specify one as CONTAINER:PATH")
    }
  }

  func run() async throws {
    guard let source = CopyOperand(self.source), let destination = CopyOperand(self.destination) else { return }
    if destination == .stream, Environment.outputIsTerminal {
      throw Failure(.usage, "a tar stream is not written to a terminal; redirect standard output")
    }
    let word: String
    switch (source, destination) {
    case (.container(let name, _), _), (_, .container(let name, _)): word = name
    default: return
    }
    let context = try Context()
    let client = context.bulkClient()
    let target = try await CopyTarget.find(word, client)
    let root = try await root(of: target, client, context)
    let (warnings, control, signals) = (WarningList(), CopyControl(), try SignalWatch())
    let progress = quiet ? nil : CopyProgress(control)
    let node = root.map {
      NodeCopy(root: $0, archives: archive, followsLink: followLink, control: control, warnings: warnings)
    }
    let call = CopyExec(
      client: client, id: target.id, options: try stream.options(context), context: context, subject: target.subject)
    let tar = TarCopy(
      call: call, archives: archive, followsLink: followLink, control: control, warnings: warnings)
    do {
      try await signals.interrupting {
        try await progress.showing {
          if let node { try await node.run(source, destination) } else { try await tar.run(source, destination) }
        }
      }
    } catch let end as InterruptedError {
      try? StandardStream.error.write(
        Failure(.done, "interrupted by \(end.signal.name); the copy is incomplete").line)
      throw ExitCode(SessionOutcome.signalBase + end.signal.number)
    } catch CopyError.stream(.brokenPipe) {
      throw Failure(.failed, "the reader of standard output has closed it; the copy is incomplete")
    } catch let error as CopyError {
      throw Failure(.failed, "cannot copy: \(error)")
    } catch let error as StreamingError {
      throw Failure(.failed, Failure(error, about: target.subject, runsCommand: false).message)
    } catch let error as RPCError {
      throw Failure(error, about: target.subject, client.endpoint)
    }
    warnings.end()
  }

  /// - Returns: The container's root directory for `--method node`; nil for `--method tar`.
  private func root(of target: CopyTarget, _ client: Client, _ context: Context) async throws(Failure) -> ContainerRoot?
  {
    if method == .tar || method == .auto && Environment.userID != 0 { return nil }
    do throws(CopyTarget.Unusable) {
      return try await target.root(client)
    } catch {
      switch error {
      case .failure(let failure): throw failure
      case .reason(let reason):
        if method == .node { throw Failure(.failed, "\(target.subject): \(reason); use --method tar") }
        if context.isDebug {
          try? StandardStream.error.write(Failure(.done, "\(target.subject): \(reason); using tar").line)
        }
        return nil
      }
    }
  }
}
