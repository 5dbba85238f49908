internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRIProtobuf
internal import CRISystem

/// The options for pulling an image, such as the credentials.
struct PullOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The credentials for the registry (env CRICTL_CREDS; default: those of podman login or docker login).",
      valueName: "user[:password]"))
  var creds: String?

  @Option(help: ArgumentHelp("The credentials for the registry, in base64 (env CRICTL_AUTH).", valueName: "base64"))
  var auth: String?

  @Option(
    name: [.customShort("u"), .long],
    help: ArgumentHelp("The user name; cri asks for the password on the terminal.", valueName: "user"))
  var username: String?

  @Option(
    name: [.long, .customLong("pt")],
    help: ArgumentHelp(
      "The timeout of the pull (env CRICTL_PULL_TIMEOUT; default: no limit, but the pull fails if the runtime "
        + "itself does not respond within --timeout).",
      valueName: "duration"))
  var pullTimeout: String?

  func validate() throws {
    if creds != nil, auth != nil, username == nil { throw ValidationError("specify --creds or --auth, not both") }
    if let creds, creds.isEmpty || creds.hasPrefix(":") { throw ValidationError("--creds: the user name is empty") }
    if let username, username.isEmpty { throw ValidationError("--username is empty") }
    if let pullTimeout, DurationText.parse(pullTimeout) == nil {
      throw ValidationError("--pull-timeout \(pullTimeout): specify a duration such as 30s or 5m")
    }
  }

  /// Asks for the password if one is needed.
  ///
  /// Not inlined, because in an `async` function the optimiser of Swift 6.3 crashes ("While splitting coroutine").
  @inline(never)
  func pulling(_ context: Context, environment: (String) -> String? = Environment.value) throws -> Pulling {
    Pulling(
      client: context.clientWithoutTimeout(), timeout: try timeout(environment), login: try login(environment),
      isDebug: context.isDebug)
  }

  private func timeout(_ environment: (String) -> String?) throws -> Duration? {
    guard let text = pullTimeout ?? environment("CRICTL_PULL_TIMEOUT"), !text.isEmpty else { return nil }
    let duration = try DurationText.parse(text, option: pullTimeout == nil ? "CRICTL_PULL_TIMEOUT" : "--pull-timeout")
    return duration > .zero ? duration : nil
  }

  /// - Returns: nil if no credentials are specified.
  private func login(_ environment: (String) -> String?) throws -> AuthConfig? {
    if let username { return AuthConfig(username: username, password: try password(of: username)) }
    let isGiven = creds != nil || auth != nil
    let creds = creds ?? (isGiven ? nil : environment("CRICTL_CREDS"))
    let auth = auth ?? (isGiven ? nil : environment("CRICTL_AUTH"))
    switch (creds?.isEmpty == false ? creds : nil, auth?.isEmpty == false ? auth : nil) {
    case (_?, _?): throw Failure(.usage, "CRICTL_CREDS and CRICTL_AUTH are both set; set only one of them")
    case (let creds?, nil):
      let parts = creds.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      return AuthConfig(username: String(parts[0]), password: parts.count > 1 ? String(parts[1]) : "")
    case (nil, let auth?): return AuthConfig(auth: auth)
    case (nil, nil): return nil
    }
  }

  private func password(of user: String) throws -> String {
    let typed: String?
    do throws(Errno) {
      typed = try Terminal.askSecret("Password of \(user): ")
    } catch {
      throw Failure(.usage, "--username: there is no terminal to ask for the password; specify --creds or --auth")
    }
    guard let typed else { throw Failure(.usage, "no password was entered; nothing was pulled") }
    return typed
  }
}
