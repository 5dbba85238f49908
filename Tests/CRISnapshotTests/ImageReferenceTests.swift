import CRIMessages
import CRISnapshot
import Testing

@Suite("Image names")
struct ImageReferenceTests {
  private static let hex = String(repeating: "a", count: 64)

  /// The expected names are those of `ParseDockerRef` in github.com/distribution/reference 0.6.
  @Test(
    "a name is stored as containerd stores it",
    arguments: [
      ("busybox", "docker.io/library/busybox:latest"), ("busybox:1", "docker.io/library/busybox:1"),
      ("rancher/pause", "docker.io/rancher/pause:latest"), ("docker.io/busybox", "docker.io/library/busybox:latest"),
      ("index.docker.io/rancher/mirrored-pause:3.6", "docker.io/rancher/mirrored-pause:3.6"),
      ("index.docker.io/busybox", "docker.io/library/busybox:latest"), ("localhost/a", "localhost/a:latest"),
      ("localhost:5000/a/b:2", "localhost:5000/a/b:2"), ("reg.example/a", "reg.example/a:latest"),
      ("Reg/a", "Reg/a:latest"), ("a.b", "docker.io/library/a.b:latest"),
      ("registry.k8s.io/pause:3.9@sha256:77", "registry.k8s.io/pause@sha256:77"),
      ("a@sha256:77", "docker.io/library/a@sha256:77"),
    ])
  func stored(text: String, expected: String) {
    #expect(ImageReference(text)?.stored == expected)
  }

  @Test(
    "other texts are not names",
    arguments: [
      "", "a//b", "/a", "a/", "a b", "a:", "a@b", "a@b@sha256:1", "<none>:<none>", "\u{200d}", "a/\u{301}b", "é",
      "a:1 ", "a:b:1", "a:b:1@sha256:77", "b/a:1/c", "reg.example/a:1/b",
    ])
  func refused(text: String) {
    #expect(ImageReference(text) == nil)
    #expect(ImageReference.plain(text) == text)
  }

  @Test(
    "spellings of one image are equal",
    arguments: [
      ("sha256:\(hex)", hex), ("docker://sha256:\(hex)", hex),
      ("docker-pullable://busybox@sha256:77", "busybox@sha256:77"),
      ("busybox", "docker.io/library/busybox:latest"),
    ])
  func plain(text: String, other: String) {
    #expect(ImageReference.plain(text) == ImageReference.plain(other))
  }

  @Test(
    "an image is found by all spellings of its names",
    arguments: [
      ("index.docker.io/rancher/mirrored-pause:3.6", true), ("rancher/mirrored-pause:3.6", true),
      ("rancher/mirrored-pause", false), ("rancher/mirrored-pause:3.6@sha256:77", true),
      ("rancher/mirrored-pause:3.6@sha256:78", false), ("registry.k8s.io/pause:3.9@sha256:99", false),
      ("registry.k8s.io/pause:3.8@sha256:99", false), ("registry.k8s.io/pause@sha256:99", false),
      ("sha256:\(hex)", true), (hex, true), ("mirrored-pause:3.6", false),
    ])
  func names(name: String, hasName: Bool) {
    // The runtime lists no digest for an image that was imported.
    let image = Image(
      id: "sha256:\(Self.hex)", repoTags: ["docker.io/rancher/mirrored-pause:3.6", "registry.k8s.io/pause:3.9"],
      repoDigests: ["docker.io/rancher/mirrored-pause@sha256:77"])
    #expect(image.hasName(name) == hasName)
  }

  @Test(
    "spellings of one path or address are equal",
    arguments: [
      ("/var/run/netns/a", "/run/netns/a"), ("/var/log//pods/./a/", "/var/log/pods/a"), ("/var/runner", "/var/runner"),
    ])
  func paths(text: String, other: String) {
    #expect(PlainText.path(text) == PlainText.path(other))
    #expect(PlainText.path("relative") == "relative" && PlainText.path("/var/runner") != PlainText.path("/runner"))
    #expect(PlainText.address("fd00::1:0:0:5") == PlainText.address("fd00:0:0:0:1::5") && PlainText.address("x") == "x")
  }
}
