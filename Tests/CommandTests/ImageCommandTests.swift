import CRI
import CRIMessages
import CRIProtobuf
import CRISystem
import CRIText
import TestSupport
import Testing

/// Tests `pull` and `rmi` with a runtime that records its requests.
@Suite(.timeLimit(.minutes(10))) struct ImageCommandTests {
  private func pulled(
    _ words: [String], environment: [String: String] = [:]
  ) async throws -> (run: Tool, request: PullImageRequest) {
    let asked = Locked<PullImageRequest?>(nil)
    let runtime = try TestRuntime { _, bytes in
      let request = try PullImageRequest.decode(bytes)
      asked.withLock { $0 = request }
      return .message(PullImageResponse(imageRef: "sha256:aa"))
    }
    let run = try await Tool.cri(words, on: runtime, environment: environment)
    return (run, try #require(asked.withLock { $0 }, "\(run)"))
  }

  @Test(
    arguments: [
      (["--creds", "me:a:b"], [:], AuthConfig(username: "me", password: "a:b")),
      (["--creds", "me"], [:], AuthConfig(username: "me")),
      (["--auth", "bTpw"], [:], AuthConfig(auth: "bTpw")),
      ([], ["CRICTL_CREDS": "e:f"], AuthConfig(username: "e", password: "f")),
      ([], ["CRICTL_AUTH": "ZTpm"], AuthConfig(auth: "ZTpm")),
      (["--creds", "me:x"], ["CRICTL_AUTH": "ZTpm"], AuthConfig(username: "me", password: "x")),
      ([], [:], nil),
    ] as [([String], [String: String], AuthConfig?)])
  func `credentials come from the options or the environment`(
    words: [String], variables: [String: String], auth: AuthConfig?
  )
    async throws
  {
    let directory = try TemporaryDirectory()
    let environment = variables.merging(["REGISTRY_AUTH_FILE": directory.file("auth.json")]) { $1 }
    try TestFile.write("{}", to: directory.file("auth.json"))
    let (run, request) = try await pulled(["-D", "pull", "quay.io/a:1"] + words, environment: environment)
    #expect(run.code == 0 && run.output == "Image is up to date for sha256:aa\n", "\(run)")
    #expect(request.auth == auth)
    for secret in [auth?.password, auth?.auth] {
      if let secret, secret.count > 1 { #expect(!run.errors.contains(secret)) }
    }
  }

  @Test(
    arguments: [
      ("401 Unauthorized", [], true),
      ("pull access denied, repository does not exist or may require authorization", [], true),
      ("no such host", [], false), ("401 Unauthorized", ["--creds", "a:b"], true),
    ])
  func `refused credentials are reported with a remedy`(words: String, options: [String], isLogin: Bool) async throws {
    let run = try await Tool.cri(["pull", "x"] + options, on: TestRuntime { _, _ in .failure(.unknown, words) })
    #expect(run.code == 1 && run.errors.contains(words), "\(run)")
    #expect(run.errors.contains("--creds") == (isLogin && options.isEmpty), "\(run)")
    #expect(run.errors.contains("check the credentials") == (isLogin && !options.isEmpty), "\(run)")
  }

  @Test func `credentials from a file are reported without its password`() async throws {
    let directory = try TemporaryDirectory()
    let login = Base64.encode(Array("me:sesame".utf8))
    try TestFile.write(
      #"{"auths": {"quay.io": {"auth": "\#(login)"}, "ghcr.io": {}}, "credsStore": "pass"}"#, to: directory.file("f"))
    let environment = ["REGISTRY_AUTH_FILE": directory.file("f")]
    let (run, request) = try await pulled(["-D", "pull", "quay.io/a:1"], environment: environment)
    #expect(request.auth == AuthConfig(username: "me", password: "sesame"))
    #expect(run.errors.contains("using the credentials for quay.io from \(directory.file("f"))"), "\(run)")
    #expect(!run.errors.contains("sesame") && !run.errors.contains(login))
    let (other, without) = try await pulled(["pull", "ghcr.io/a:1"], environment: environment)
    #expect(without.auth == nil && other.code == 0)
    #expect(other.errors.contains("docker-credential-pass, which cri does not run; specify --creds"), "\(other)")
    try TestFile.write(#"{"auths": {"ghcr.io": {}}, "credsStore": "S3same"}"#, to: directory.file("f"))
    let (wrong, _) = try await pulled(["pull", "ghcr.io/a:1"], environment: environment)
    #expect(wrong.errors.contains("is stored by a program that the file names"), "\(wrong)")
    #expect(!wrong.errors.contains("S3same"))
  }

  @Test func `annotations and the pod are part of the request`() async throws {
    let files = try LifeFiles()
    try files.write()
    try files.write(pod: "metadata: {name: p, namespace: ns, uid: u}\n")
    let words = ["pull", "-a", "k=v=w", "x:1", "--annotation", "l=", "--pod-config", files.pod]
    let (_, request) = try await pulled(words)
    #expect(request.image == ImageSpec(image: "x:1", annotations: ["k": "v=w", "l": ""]))
    #expect(request.sandboxConfig?.metadata == PodSandboxMetadata(name: "p", uid: "u", namespace: "ns"))
  }

  @Test func `a password is typed without an echo`() async throws {
    let asked = Locked<AuthConfig?>(nil)
    let runtime = try TestRuntime { _, bytes in
      let auth = try PullImageRequest.decode(bytes).auth
      asked.withLock { $0 = auth }
      return .message(PullImageResponse(imageRef: "sha256:aa"))
    }
    // The password is typed after the prompt, because earlier input is discarded.
    let script = """
      import os, pty, sys
      pid, terminal = pty.fork()
      if pid == 0: os.execv(sys.argv[1], sys.argv[1:])
      seen = b""
      while True:
        try: more = os.read(terminal, 4096)
        except OSError: break
        if not more: break
        if b"Password of me: " in seen + more and b"Password of me: " not in seen: os.write(terminal, b"sesame\\n")
        seen += more
      print(seen.decode()); sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
      """
    let cri = [Tool.path("cri"), "-t", "60s", "-r", runtime.path, "pull", "-u", "me", "x:1"]
    let run = try await Tool.run(["/usr/bin/python3", "-c", script] + cri)
    #expect(run.code == 0 && run.output.contains("Image is up to date"), "\(run)")
    #expect(asked.withLock { $0 } == AuthConfig(username: "me", password: "sesame"))
    #expect(!run.output.contains("sesame"))
  }

  // MARK: rmi

  /// Returns a runtime that removes an image with all of its names, as containerd does, or only the given name.
  private func store(removingAll: Bool) throws -> (TestRuntime, Locked<[Image]>) {
    let images = Locked([
      Image(id: "sha256:aa11", repoTags: ["localhost/a:1", "localhost/b:1"]),
      Image(id: "sha256:bb22", repoDigests: ["c@sha256:dd"]),
      Image(id: "sha256:ee33", repoTags: ["localhost/pause:1"]),
      Image(id: "sha256:ff44", repoTags: ["localhost/pin:1"], pinned: true),
    ])
    @Sendable func position(_ word: String, _ images: [Image]) -> Int? {
      images.firstIndex { $0.id.hasPrefix(word) || $0.id.dropFirst(7).hasPrefix(word) || $0.repoTags.contains(word) }
    }
    let runtime = try TestRuntime { name, bytes in
      switch name {
      case "ListImages": return .message(ListImagesResponse(images: images.withLock { $0 }))
      case "ListContainers":
        return .message(ListContainersResponse(containers: [Container(image: ImageSpec(image: "localhost/a:1"))]))
      case "ListPodSandbox": return .message(ListPodSandboxResponse(items: [PodSandbox(id: "p")]))
      case "PodSandboxStatus":
        return .message(PodSandboxStatusResponse(info: ["info": #"{"image": "localhost/pause:1"}"#]))
      case "ImageStatus":
        let word = try ImageStatusRequest.decode(bytes).image?.image ?? ""
        return .message(ImageStatusResponse(image: images.withLock { all in position(word, all).map { all[$0] } }))
      default:
        let word = try RemoveImageRequest.decode(bytes).image?.image ?? ""
        images.withLock { all in
          guard let place = position(word, all) else { return }
          let isName = all[place].repoTags.contains(word)
          all[place].repoTags.removeAll { $0 == word }
          if removingAll || !isName || all[place].repoTags.isEmpty { all.remove(at: place) }
        }
        return .message([])
      }
    }
    return (runtime, images)
  }

  @Test func `removing by name also removes other names, which is announced first`() async throws {
    let (runtime, _) = try store(removingAll: true)
    let run = try await Tool.cri(["rmi", "localhost/a:1", "nosuch", "bb22"], on: runtime)
    #expect(run.output == "Deleted: localhost/a:1\nDeleted: localhost/b:1\nDeleted: c@sha256:dd\n" && run.code == 7)
    #expect(
      run.errors
        == "cri: image localhost/a:1 has other names, which the runtime may remove with it: localhost/b:1\n"
        + "cri: image nosuch not found; see cri images\n")
  }

  @Test func `names that a runtime keeps are not reported as deleted`() async throws {
    let (runtime, images) = try store(removingAll: false)
    #expect(try await Tool.cri(["rmi", "localhost/a:1"], on: runtime).output == "Deleted: localhost/a:1\n")
    #expect(images.withLock { $0[0].repoTags } == ["localhost/b:1"])
    // An image that is specified by its ID has no other names.
    let run = try await Tool.cri(["rmi", "aa11"], on: runtime)
    #expect(run.output == "Deleted: localhost/b:1\n" && run.errors.isEmpty, "\(run)")
  }

  @Test(arguments: [
    (#"{"sandboxImage": "registry.k8s.io/pause:3.9"}"#, "quay.io/x/pause:9"), ("", "quay.io/x/other:1"),
  ])
  func `prune keeps the image that the next pod needs`(config: String, removed: String) async throws {
    // On the drained node, no container and no pod uses the pause image. Without a configuration, the image is
    // identified by its name.
    let all = [
      Image(id: "sha256:aa", repoTags: ["registry.k8s.io/pause:3.9"]), Image(id: "sha256:bb", repoTags: [removed]),
    ]
    let images = Locked(all)
    let runtime = try TestRuntime { name, bytes in
      switch name {
      case "ListImages": return .message(ListImagesResponse(images: images.withLock { $0 }))
      case "Status": return .message(StatusResponse(status: RuntimeStatus(), info: ["config": config]))
      case "ListContainers", "ListPodSandbox": return .message([])
      case "ImageStatus": return .message(ImageStatusResponse())
      case "RemoveImage":
        let word = try RemoveImageRequest.decode(bytes).image?.image ?? ""
        images.withLock { $0.removeAll { $0.id == word } }
        return .message([])
      default: return nil
      }
    }
    for words in [["rmi", "--prune"], ["rmi", "--all", "--prune"]] {
      images.withLock { $0 = all }
      let run = try await Tool.cri(words, on: runtime)
      #expect(run.code == 0 && run.output == "Deleted: \(removed)\n", "\(run)")
      #expect(run.errors == "cri: image registry.k8s.io/pause:3.9 is kept, because new pods need it\n", "\(run)")
      #expect(images.withLock { $0.map(\.id) } == ["sha256:aa"])
    }
  }

  @Test func `the notice of a pull shows hostile characters as escapes`() async throws {
    let runtime = try TestRuntime { name, _ in
      name == "PullImage" ? .message(PullImageResponse(imageRef: "sha256:aa")) : nil
    }
    let run = try await TerminalRun.cri(["pull", "a\u{202e}b\u{1b}[31m"], on: runtime.path, [.expect("pulling a")])
    #expect(run.code == 0 && !run.shown.contains("\u{202e}") && !run.shown.contains("\u{1b}[31m"), "\(run)")
  }

  @Test(arguments: [(true, ["other"]), (false, ["other", "pause:3.6"])])
  func `prune keeps all pause images if the runtime has no status of a ready sandbox`(
    isListed: Bool, removed: [String]
  ) async throws {
    let images = Locked([
      Image(id: "sha256:aa", repoTags: ["registry.k8s.io/pause:3.9"]),
      Image(id: "sha256:bb", repoTags: ["registry.k8s.io/pause:3.6"]),
      Image(id: "sha256:cc", repoTags: ["registry.k8s.io/other:1"]),
    ])
    let lists = Locked(0)
    let runtime = try TestRuntime { name, bytes in
      switch name {
      case "ListImages": return .message(ListImagesResponse(images: images.withLock { $0 }))
      case "Status":
        let config = #"{"sandboxImage": "registry.k8s.io/pause:3.9"}"#
        return .message(StatusResponse(status: RuntimeStatus(), info: ["config": config]))
      case "ListContainers": return .message([])
      case "ListPodSandbox":
        let isFirst = lists.withLock {
          $0 += 1; return $0 == 1
        }
        return .message(ListPodSandboxResponse(items: isFirst || isListed ? [PodSandbox(id: "p")] : []))
      case "PodSandboxStatus": return .failure(.notFound, "no such sandbox")
      case "ImageStatus": return .message(ImageStatusResponse())
      case "RemoveImage":
        let word = try RemoveImageRequest.decode(bytes).image?.image ?? ""
        images.withLock { $0.removeAll { $0.id == word } }
        return .message([])
      default: return nil
      }
    }
    let run = try await Tool.cri(["rmi", "--prune"], on: runtime)
    #expect(run.code == 0, "\(run)")
    let left = images.withLock { $0.flatMap(\.repoTags) }.joined(separator: " ")
    for name in ["pause:3.9", "pause:3.6", "other"] {
      #expect(left.contains(name) != removed.contains(name), "\(left)")
    }
  }

  @Test(arguments: [["image", "ls"], ["images", "ls"], ["image", "list"], ["img", "list"], ["images"]])
  func `words that crictl's runtimes ignore list all images`(words: [String]) async throws {
    let (runtime, _) = try store(removingAll: true)
    let run = try await Tool.cri(words + ["-q"], on: runtime)
    #expect(run.code == 0 && run.output.split(separator: "\n").count == 4, "\(run)")
  }

  @Test func `prune keeps images that are in use or pinned, and pause images`() async throws {
    let (runtime, images) = try store(removingAll: true)
    let run = try await Tool.cri(["rmi", "--prune"], on: runtime)
    #expect(run.output == "Deleted: c@sha256:dd\n" && run.code == 0, "\(run)")
    #expect(images.withLock { $0.map(\.id) } == ["sha256:aa11", "sha256:ee33", "sha256:ff44"])
    let calls = runtime.called.count
    let again = try await Tool.cri(["rmi", "-q"], on: runtime)
    #expect(runtime.called.count > calls)
    #expect(again.output.isEmpty && again.errors == "cri: no images to remove\n" && again.code == 0)
    #expect(try await Tool.cri(["rmi", "-a"], on: runtime).code == 0)
    #expect(images.withLock { $0.isEmpty })
  }
}
