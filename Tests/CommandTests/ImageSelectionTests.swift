import ArgumentParser
import CRIMessages
import CRIProtobuf
import Testing

@testable import CRICommandLine
@testable import CRICommands

@Suite("Selections of images")
struct ImageSelectionTests {
  private static let images = [
    Image(id: "sha256:aa11", repoTags: ["docker.io/library/busybox:1", "localhost:5000/busybox:2"]),
    Image(id: "sha256:bb22", repoTags: ["quay.io/x/web:v1"], repoDigests: ["quay.io/x/web@sha256:dd"]),
    Image(id: "sha256:cc33", repoDigests: ["quay.io/x/web@sha256:ee"]),
    Image(id: "sha256:aa44"),
  ]

  /// The time of the last image is unknown.
  private static let created = [
    "sha256:aa11": Timestamp(nanoseconds: 10), "sha256:bb22": Timestamp(nanoseconds: 30),
    "sha256:cc33": Timestamp(nanoseconds: 20),
  ]

  private func select(_ arguments: [String]) throws -> [String] {
    let command = try #require(try ImagesCommand.parseAsRoot(arguments) as? ImagesCommand)
    return try command.selection.query(name: command.name).select(Self.images.reversed(), created: Self.created).map {
      String($0.id.suffix(4))
    }
  }

  @Test(
    "images are selected by name",
    arguments: [
      ("", ["aa11", "bb22", "cc33", "aa44"]), ("busybox", ["aa11"]), ("busybox:1", ["aa11"]), ("busybox:2", []),
      ("library/busybox", ["aa11"]), ("index.docker.io/library/busybox", ["aa11"]),
      ("index.docker.io/busybox:1", ["aa11"]),
      ("quay.io/x/web:v9@sha256:dd", ["bb22"]), ("busybox@sha256:dd", []), ("busybox:1@sha256:dd", []),
      ("quay.io/x/web:v1@sha256:ff", []), ("quay.io/x/web@sha256:ff", []), ("localhost:5000/busybox", ["aa11"]),
      ("localhost:5000/busybox:2", ["aa11"]),
      ("quay.io/x/web", ["bb22", "cc33"]), ("quay.io/x/web:v1", ["bb22"]), ("quay.io/x/web:v2", []),
      ("quay.io/x/web@sha256:ee", ["cc33"]), ("x/web", []), ("aa", ["aa11", "aa44"]), ("sha256:aa4", ["aa44"]),
      ("box", []),
    ])
  func name(name: String, ids: [String]) throws {
    #expect(try select([name]) == ids)
  }

  @Test(
    "images are selected by condition",
    arguments: [
      ("dangling=true", ["cc33", "aa44"]), ("dangling=false", ["aa11", "bb22"]), ("reference=web", ["bb22", "cc33"]),
      ("reference=^quay.io/x/web$", ["bb22", "cc33"]), ("reference=:v1$", ["bb22"]), ("reference=b{1,2}u", ["aa11"]),
      ("reference=nosuch", []), ("reference=sha256", []), ("reference=@", []), ("since=quay.io/x/web:v1", []),
      ("before=busybox:1", []),
      ("since=sha256:cc33", ["bb22"]), ("before=quay.io/x/web@sha256:ee", ["aa11"]),
      ("since=busybox:1", ["bb22", "cc33"]), ("before=quay.io/x/web:v1", ["aa11", "cc33"]),
      ("dangling=true,reference=web", ["cc33"]), ("reference=w(e,|e)b,dangling=false", ["bb22"]),
    ])
  func condition(filter: String, ids: [String]) throws {
    #expect(try select(["-f", filter]) == ids)
  }

  @Test("several conditions are applied in the given order")
  func several() throws {
    #expect(try select(["-f", "since=busybox:1", "--filter", "dangling=true"]) == ["cc33"])
  }

  @Test(
    "an invalid condition is refused",
    arguments: [
      ("dangling=maybe", ExitCodes.usage), ("nosuch=1", .usage), ("reference=(", .usage), ("dangling", .usage),
      ("before=nosuch", .notFound),
    ])
  func refused(filter: String, code: ExitCodes) throws {
    let failure = #expect(throws: Failure.self) { try select(["-f", filter]) }
    #expect(failure?.code == code)
    #expect(failure?.message.contains(code == .usage ? filter : "image nosuch not found; see cri images") == true)
  }
}
