internal import CRI
internal import CRICommandLine
internal import CRISystem

/// Pulls images.
struct Pulling: Sendable {
  /// A client without a timeout.
  let client: Client
  let timeout: Duration?
  /// The credentials that the user specified; nil to search the credential files.
  let login: AuthConfig?
  let isDebug: Bool

  /// - Returns: The runtime's reference to the image.
  func pull(_ image: ImageSpec, for pod: PodSandboxConfig? = nil) async throws -> String {
    let login = try login ?? stored(for: image.image)
    if Environment.errorIsTerminal { try StandardStream.error.write(Failure(.done, "pulling \(image.image)").line) }
    let request = PullImageRequest(image: image, auth: login, sandboxConfig: pod)
    do throws(RPCError) {
      let response = try await client.images.pullImage(request, options: .within(timeout))
      return try PodLife.named(response.imageRef, .pullImage)
    } catch {
      if case .deadlineExceeded = error.cause {
        throw Failure(.timedOut, "image \(image.image): the pull timed out; specify a longer --pull-timeout")
      }
      let failure = Failure(error, about: "image \(image.image)", client.images.endpoint)
      guard case .status(let status) = error.cause, status.message.mentionsLogin else { throw failure }
      let remedy =
        login == nil ? "log in with podman login, or specify --creds" : "check the credentials and their permissions"
      throw Failure(failure.code, "\(failure.message); \(remedy)")
    }
  }

  /// Pulls a container's image and the images that are mounted into it.
  func pull(for container: ContainerConfig, _ pod: PodSandboxConfig) async throws {
    guard let image = container.image else { return }
    for name in ([image.image] + container.mounts.compactMap(\.image?.image)).withoutDuplicates where !name.isEmpty {
      let spec = ImageSpec(image: name, annotations: image.annotations, runtimeHandler: image.runtimeHandler)
      _ = try await pull(spec, for: pod)
    }
  }

  private func stored(for image: String) throws -> AuthConfig? {
    let files = AuthFile.usual(Environment.value, user: Environment.userID)
    guard let found = try AuthFile.login(for: image, in: files, warn: warn) else { return nil }
    switch found {
    case .login(let login, let key, let file):
      if isDebug {
        try StandardStream.error.write(Failure(.done, "using the credentials for \(key) from \(file)").line)
      }
      return login
    case .helper(let name, let key, let file):
      // The name of a program; anything else may be a password in the wrong place.
      let isName = name.utf8.count <= 32 && name.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz-".utf8.contains($0) }
      let helper = isName ? "docker-credential-\(name)" : "a program that the file names"
      let cause =
        "if there is a login for \(key), it is stored by \(helper), which cri does not run; specify --creds"
      try warn(Failure(.failed, "\(file): \(cause)"))
      return nil
    }
  }

  private func warn(_ failure: Failure) throws { try StandardStream.error.write(failure.line) }
}

extension String {
  /// Whether the runtime's message is about a registry that refused access; there is no status code for it.
  fileprivate var mentionsLogin: Bool {
    let text = lowercased()
    return ["401", "unauthorized", "authorization", "authentication", "access denied"].contains { text.contains($0) }
  }
}
