import CRICommands
import CRIJSON
import Testing

@Suite("Quantities as text")
struct QuantityTests {
  @Test(
    "a duration is printed as text",
    arguments: [
      (-5.0, "Less than a second"), (0, "Less than a second"), (0.999, "Less than a second"), (1, "1 second"),
      (1.999, "1 second"), (2, "2 seconds"), (59.999, "59 seconds"), (60, "About a minute"),
      (119.9, "About a minute"), (120, "2 minutes"), (3599.9, "59 minutes"), (3600, "About an hour"),
      (5399.9, "About an hour"), (5400, "2 hours"), (170964, "47 hours"), (171000, "2 days"),
      (1200960, "13 days"), (1209600, "2 weeks"), (5175360, "8 weeks"), (5184000, "2 months"),
      (62985600, "24 months"), (63072000, "2 years"), (94608000, "3 years"),
      (94521600, "2 years"),
    ] as [(Double, String)])
  func duration(seconds: Double, expected: String) {
    #expect(HumanDuration.text(nanoseconds: Int64(seconds * 1e9)) == expected)
  }

  @Test("a time is printed relative to now")
  func ago() {
    #expect(HumanDuration.ago(0, now: 1_795_251_649_000_000_000) == "56 years ago")
    #expect(HumanDuration.ago(10, now: 5) == "Less than a second ago")
    #expect(HumanDuration.ago(.min, now: .max) == "292 years ago")
    #expect(HumanDuration.ago(.max, now: -2) == "Less than a second ago")
  }

  @Test(
    "a size is printed with three or four digits",
    arguments: [
      (0, "0B", "0B"), (1, "1B", "1B"), (512, "512B", "512B"), (999, "999B", "999B"), (1000, "1kB", "1kB"),
      (1010, "1.01kB", "1.01kB"), (1005, "1kB", "1.005kB"), (1015, "1.01kB", "1.015kB"),
      (10_000, "10kB", "10kB"),
      (12_345, "12.3kB", "12.35kB"), (100_000, "100kB", "100kB"), (225_300, "225kB", "225.3kB"),
      (999_499, "999kB", "999.5kB"), (999_500, "1e+03kB", "999.5kB"), (999_949, "1e+03kB", "999.9kB"),
      (999_950, "1e+03kB", "1000kB"), (999_999, "1e+03kB", "1000kB"), (1_000_000, "1MB", "1MB"),
      (1_029_266, "1.03MB", "1.029MB"), (2_018_462, "2.02MB", "2.018MB"), (1_500_000_000, "1.5GB", "1.5GB"),
      (UInt64.max, "18.4EB", "18.45EB"), (9_995_000, "9.99MB", "9.995MB"), (99_950_000, "100MB", "99.95MB"),
    ] as [(UInt64, String, String)])
  func size(bytes: UInt64, three: String, four: String) {
    #expect(HumanSize.text(bytes: bytes) == three)
    #expect(HumanSize.text(bytes: bytes, precision: 4) == four)
  }

  @Test(
    "a number with fixed decimals is rounded as in C",
    arguments: [
      (0, 2, "0.00"), (0.005, 2, "0.01"), (0.125, 2, "0.12"), (0.375, 2, "0.38"), (2.675, 2, "2.67"),
      (99.995, 2, "100.00"),
      (-1.5, 2, "-1.50"), (1e-300, 2, "0.00"), (123456789.5, 0, "123456790"), (12.3456789, 6, "12.345679"),
      (400.25, 1, "400.2"), (.nan, 2, "NaN"), (.infinity, 2, "+Inf"), (9.5, 0, "10"), (8.5, 0, "8"),
      (1e17, 2, "100000000000000000.00"),
    ] as [(Double, Int, String)])
  func fixed(value: Double, decimals: Int, expected: String) {
    #expect(value.fixed(decimals: decimals) == expected)
  }
}

@Suite("Names of things")
struct NameTests {
  @Test("identifiers are truncated to 13 characters")
  func identifiers() {
    let hex = String(repeating: "0123456789abcdef", count: 4)
    #expect(ShortID.of(hex) == "0123456789abc")
    #expect(ShortID.of("short") == "short")
    #expect(ShortID.of("0123456789abc") == "0123456789abc")
    #expect(ShortID.of("0123456789abcé") == "0123456789abc")
    #expect(ShortID.of("0123456789abé7") == "0123456789abé")
    #expect(ShortID.of(String(repeating: "é", count: 20)) == String(repeating: "é", count: 13))
    #expect(ShortID.ofImage("sha256:" + hex) == "0123456789abc")
    #expect(ShortID.ofImage(hex) == "0123456789abc")
    #expect(ShortID.ofImageReference("sha256:" + hex) == "0123456789abc")
    #expect(ShortID.ofImageReference("sha512:" + hex + hex) == "0123456789abc")
    for whole in [
      hex, "sha256:" + hex.dropLast(), "sha256:" + hex.uppercased(), "localhost/busybox:1", "md5:" + hex, "",
      "sha384:" + hex, "sha256:" + hex.dropLast(2) + "é", "registry.example.com:5000/" + hex,
    ] {
      #expect(ShortID.ofImageReference(whole) == whole)
    }
  }

  @Test(
    "an image has a row for each tag",
    arguments: [
      (["localhost/busybox:1"], [], ["localhost/busybox", "1"], "<none>"),
      (
        ["r:5000/a:1", "r:5000/a:2"], ["r:5000/a@sha256:ff"], ["r:5000/a", "1", "r:5000/a", "2"], "sha256:ff"
      ),
      ([], ["a@sha256:ff"], ["a", "<none>"], "sha256:ff"), ([], [], ["<none>", "<none>"], "<none>"),
      (["<none>:<none>"], ["a@sha256:ff"], ["a", "<none>"], "sha256:ff"),
      (["untagged"], [], ["errorRepoTag", "errorRepoTag"], "<none>"),
      ([], ["broken"], ["errorName", "<none>"], "errorRepoDigest"),
      ([], ["a@b@c"], ["errorName", "<none>"], "errorRepoDigest"),
    ] as [([String], [String], [String], String)])
  func images(tags: [String], digests: [String], expected: [String], digest: String) {
    let names = ImageNames(repoTags: tags, repoDigests: digests)
    #expect(names.tagged.flatMap { [$0.repository, $0.tag] } == expected)
    #expect(names.digest == digest)
  }
}

@Suite("Output formats")
struct OutputFormatTests {
  @Test("documents end in the same way as crictl's documents")
  func documents() {
    #expect(OutputFormat.json.text(of: ["a": [1]]) == "{\n  \"a\": [\n    1\n  ]\n}\n")
    #expect(OutputFormat.yaml.text(of: ["a": [1]]) == "a:\n- 1\n\n")
    #expect(OutputFormat.table.text(of: 1) == nil)
    #expect(OutputFormat(rawValue: "yaml") == .yaml)
    #expect(OutputFormat(rawValue: "go") == nil)
  }
}
