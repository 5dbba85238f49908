import CRISnapshot
import Testing

@Suite struct RuntimeVersionTests {
  struct Form: Sendable, CustomTestStringConvertible {
    let text: String
    let numbers: [Int]
    var prerelease: [String] = []
    var distributor: RuntimeVersion.Distributor?
    var build = 0
    var testDescription: String { text }
  }

  @Test(arguments: [
    Form(text: "1.6.20~ds1", numbers: [1, 6, 20]),
    Form(text: "1.6.12+unknown", numbers: [1, 6, 12]),
    Form(text: "v1.6.14-k3s1", numbers: [1, 6, 14], distributor: .k3s, build: 1),
    Form(text: "v2.0.5-k3s1.32", numbers: [2, 0, 5], distributor: .k3s, build: 1),
    Form(text: "1.37.0", numbers: [1, 37, 0]),
    Form(text: "2.4.0-beta+unknown", numbers: [2, 4, 0], prerelease: ["beta"]),
    Form(text: "1.7.0-beta.1", numbers: [1, 7, 0], prerelease: ["beta", "1"]),
    Form(text: "2.0.0-rc.4", numbers: [2, 0, 0], prerelease: ["rc", "4"]),
    Form(text: "2.0.0~rc4-1", numbers: [2, 0, 0], prerelease: ["rc", "4"]),
    Form(text: "1.6.12-0ubuntu1~22.04.1", numbers: [1, 6, 12]),
    Form(text: "v1.24.9+k3s1", numbers: [1, 24, 9], distributor: .k3s, build: 1),
    Form(text: "v1.24.9+rke2r2", numbers: [1, 24, 9], distributor: .rke2, build: 2),
    Form(text: "v1.24.9-rc1+k3s1", numbers: [1, 24, 9], prerelease: ["rc", "1"], distributor: .k3s, build: 1),
    Form(text: "cri-o 1.29.1-dev", numbers: [1, 29, 1], prerelease: ["dev"]),
    Form(text: "containerd://1.7.2-gke.0", numbers: [1, 7, 2]),
    Form(text: "rke2 v1.26.0+rke2r10", numbers: [1, 26, 0], distributor: .rke2, build: 10),
    Form(text: "containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u3", numbers: [1, 6, 20]),
    Form(text: "1.22", numbers: [1, 22, 0]),
    Form(text: "1.36.0+2e4cd9a1", numbers: [1, 36, 0]),
    Form(text: "1.7.15-1", numbers: [1, 7, 15]),
    // dpkg's, with an epoch.
    Form(text: "1:1.7.28-1", numbers: [1, 7, 28]),
  ])
  func `every known form is parsed`(form: Form) throws {
    let version = try #require(RuntimeVersion(form.text))
    #expect([version.major, version.minor, version.patch] == form.numbers)
    #expect(version.prerelease == form.prerelease)
    #expect(version.distributor == form.distributor)
    #expect(version.build == form.build)
    #expect(version.description == form.text)
  }

  @Test(arguments: ["", "unknown", "v", "7", "rke2r1", "k3s", "next", ".", "v.1", "1.", "99999999999999999999.1"])
  func `a string without a version is refused`(text: String) {
    #expect(RuntimeVersion(text) == nil)
  }

  @Test func `the order is that of Semantic Versioning, apart from packagers' suffixes`() throws {
    let ascending = [
      "1.5.17", "1.6.0-alpha", "1.6.0-alpha.1", "1.6.0-alpha.beta", "1.6.0-beta", "1.6.0-beta.2", "1.6.0-beta.11",
      "1.6.0-rc.1", "1.6.0", "1.6.9~ds1", "1.6.14", "1.6.14-k3s1", "1.6.14-k3s2", "1.6.15+unknown", "1.7.0-0",
      "1.7.0-dev", "1.7.0", "1.24.9+rke2r1", "1.24.9+rke2r2", "1.24.9+rke2r10", "2.0.0-rc.4", "2.0.0",
    ]
    let versions = try ascending.map { try #require(RuntimeVersion($0)) }
    for (index, version) in versions.enumerated() {
      #expect(versions.firstIndex(of: version) == index)
      for later in versions[(index + 1)...] {
        #expect(version < later, "\(version) before \(later)")
        #expect(!(later < version))
      }
    }
    #expect(RuntimeVersion("1.6.20~ds1") == RuntimeVersion("v1.6.20+unknown"))
    #expect(RuntimeVersion("2.0.0~rc4") == RuntimeVersion("2.0.0-rc.4"))
  }

  @Test func `leading zeros in the number of a prerelease make no difference`() throws {
    let (short, long) = (try #require(RuntimeVersion("2.0.0-rc.4")), try #require(RuntimeVersion("2.0.0-rc.04")))
    #expect(short == long && !(short < long) && !(long < short))
    #expect(short.hashValue == long.hashValue && long.description == "2.0.0-rc.04")
  }
}
