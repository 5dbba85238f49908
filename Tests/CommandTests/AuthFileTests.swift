import CRI
import CRIText
import TestSupport
import Testing

@testable import CRICommandLine
@testable import CRICommands

@Suite("Registry credentials")
struct AuthFileTests {
  @Test(
    "the registry path of an image is its full name without tag and digest",
    arguments: [
      ("busybox", "docker.io/library/busybox"), ("busybox:1", "docker.io/library/busybox"),
      ("a/b@sha256:cc", "docker.io/a/b"),
      ("docker.io/a/b:1", "docker.io/a/b"), ("index.docker.io/a", "docker.io/library/a"),
      ("quay.io/a/b/c:1", "quay.io/a/b/c"),
      ("localhost:5000/a:1", "localhost:5000/a"), ("localhost/a", "localhost/a"),
      ("reg.example:5000/a", "reg.example:5000/a"),
    ])
  func paths(image: String, place: String) {
    #expect(RegistryPath(image: image).parts.joined(separator: "/") == place)
  }

  @Test(
    "the registry path of a key has no scheme and no API version",
    arguments: [
      ("https://index.docker.io/v1/", "docker.io"), ("docker.io", "docker.io"), ("quay.io", "quay.io"),
      ("https://reg.example:5000", "reg.example:5000"), ("http://reg.example/v2/", "reg.example"),
      ("quay.io/a/b", "quay.io/a/b"), ("quay.io/a/v1", "quay.io/a/v1"), ("reg.example/v1", "reg.example"),
    ])
  func keys(key: String, place: String) {
    #expect(RegistryPath(key: key).parts.joined(separator: "/") == place)
  }

  private static func auth(_ text: String) -> String { Base64.encode(Array(text.utf8)) }

  private func find(_ image: String, _ documents: String...) throws -> AuthFile.Found? {
    let directory = try TemporaryDirectory()
    let files = try documents.enumerated().map { index, text in
      let path = directory.file("\(index)")
      try TestFile.write(text, to: path)
      return AuthFile(path: path)
    }
    return try AuthFile.login(for: image, in: [AuthFile(path: directory.file("none"))] + files) { throw $0 }
  }

  private func name(_ found: AuthFile.Found?) -> String? {
    switch found {
    case .login(let login, _, _): "\(login.username):\(login.password):\(login.identityToken)\(login.registryToken)"
    case .helper(let name, let key, _): "\(name) for \(key)"
    case nil: nil
    }
  }

  @Test(
    "the longest key that contains the image applies",
    arguments: [
      ("quay.io/x/y:1", "u:q:"), ("quay.io/a/b/c:1", "u:ab:"), ("quay.io/a/bc:1", "u:a:"), ("busybox", "u:d:"),
      ("x/y", "u:d:"),
      ("quay.iox/a", "pass for quay.iox"), ("gcr.io/a", "secretservice for gcr.io"), ("ghcr.io/a", "pass for ghcr.io"),
      ("id.io/a", "::tok"),
      ("plain.io/a", "me:pa:ss:"), ("reg.io/a", "::reg"),
    ])
  func longest(image: String, expected: String?) throws {
    let document = """
      {"auths": {"quay.io": {"auth": "\(Self.auth("u:q"))"}, "quay.io/a": {"auth": "\(Self.auth("u:a"))"},
       "quay.io/a/b": {"auth": "\(Self.auth("u:ab"))"}, "https://index.docker.io/v1/": {"auth": "\(Self.auth("u:d\0\0"))"},
       "ghcr.io": {}, "id.io": {"auth": "\(Self.auth("<token>:"))", "identitytoken": "tok"},
       "plain.io": {"username": "me", "password": "pa:ss"}, "reg.io": {"registrytoken": "reg"}},
       "credHelpers": {"gcr.io": "secretservice"}, "credsStore": "pass"}
      """
    #expect(name(try find(image, document)) == expected)
  }

  @Test func `the first file with credentials is used`() throws {
    let one = #"{"auths": {"a.io": {"auth": "\#(Self.auth("1:1"))"}}}"#
    let two = #"{"auths": {"a.io": {"auth": "\#(Self.auth("2:2"))"}, "b.io": {"auth": "\#(Self.auth("2:2"))"}}}"#
    #expect(name(try find("a.io/x", one, two)) == "1:1:")
    #expect(name(try find("b.io/x", one, "", two)) == "2:2:")
  }

  @Test(
    "an invalid credential file is named without its secrets",
    arguments: ["[]", "{", #"{"auths": {"a.io": {"auth": "c2VjcmV0"}}}"#])
  func wrong(text: String) throws {
    let failure = #expect(throws: Failure.self) { try find("a.io/x", text) }
    #expect(failure?.code == .usage && failure?.message.contains("/0") == true)
    #expect(failure?.message.contains("c2Vj") == false && failure?.message.contains("secret") == false)
  }

  @Test
  func `a credential store may have the credentials for any registry, and line breaks in credentials are accepted`()
    throws
  {
    #expect(name(try find("r.io/x", #"{"credsStore": "ecr-login"}"#)) == "ecr-login for r.io")
    #expect(name(try find("r.io/x", #"{"auths": {}, "credsStore": "ecr-login"}"#)) == "ecr-login for r.io")
    #expect(name(try find("r.io/x", #"{"auths": {"q.io": {}}, "credsStore": "desktop"}"#)) == "desktop for r.io")
    // A file that has the credentials comes before a store that may have them.
    let store = #"{"auths": {"q.io": {}}, "credsStore": "desktop"}"#
    let login = #"{"auths": {"r.io": {"auth": "\#(Self.auth("me:x"))"}}}"#
    #expect(name(try find("r.io/x", store, login)) == "me:x:")
    let text = Self.auth("me:" + String(repeating: "x", count: 80))
    let broken = text.prefix(76) + "\\n" + text.dropFirst(76) + "\\r\\n"
    #expect(name(try find("a.io/x", #"{"auths": {"a.io": {"auth": "\#(broken)"}}}"#))?.hasPrefix("me:xxx") == true)
  }

  @Test func `the old Docker file is read last`() throws {
    let folder = try TemporaryDirectory()
    try TestFile.write(#"{"a.io": {"auth": "\#(Self.auth("me:pw"))", "email": ""}}"#, to: folder.file(".dockercfg"))
    let files = AuthFile.usual({ ["HOME": folder.path][$0] }, user: 7)
    #expect(name(try AuthFile.login(for: "a.io/x", in: files) { throw $0 }) == "me:pw:")
  }

  @Test(
    "the default paths depend on the environment",
    arguments: [
      ([:], ["/run/containers/7/auth.json"]),
      (
        ["HOME": "/h"],
        ["/run/containers/7/auth.json", "/h/.config/containers/auth.json", "/h/.docker/config.json", "/h/.dockercfg"]
      ),
      (
        ["HOME": "/h", "XDG_RUNTIME_DIR": "/x", "DOCKER_CONFIG": "/d", "XDG_CONFIG_HOME": "/c"],
        [
          "/x/containers/auth.json", "/run/containers/7/auth.json", "/c/containers/auth.json", "/d/config.json",
          "/h/.dockercfg",
        ]
      ),
      (["HOME": "/h", "REGISTRY_AUTH_FILE": "/f"], ["/f"]), (["XDG_RUNTIME_DIR": ""], ["/run/containers/7/auth.json"]),
    ])
  func paths(environment: [String: String], expected: [String]) {
    #expect(AuthFile.usual({ environment[$0] }, user: 7).map(\.path) == expected)
  }

  @Test func `a specified file must exist`() {
    #expect(throws: Failure.self) {
      try AuthFile.login(for: "a", in: [AuthFile(path: "/nonexistent", isNamed: true)]) { _ in }
    }
  }

  @Test(arguments: [false, true]) func `a damaged file is an error only if it was specified`(isNamed: Bool) throws {
    let directory = try TemporaryDirectory()
    try TestFile.write("{", to: directory.file("damaged"))
    try TestFile.write(#"{"auths": {"a.io": {"username": "me", "password": "x"}}}"#, to: directory.file("good"))
    var warnings: [String] = []
    let find = {
      try AuthFile.login(
        for: "a.io/x",
        in: [AuthFile(path: directory.file("damaged"), isNamed: isNamed), AuthFile(path: directory.file("good"))]
      ) { warnings.append($0.message) }
    }
    if isNamed {
      #expect(throws: Failure.self) { try find() }
    } else {
      #expect(name(try find()) == "me:x:")
      #expect(warnings.count == 1 && warnings[0].contains("damaged"))
    }
  }
}
