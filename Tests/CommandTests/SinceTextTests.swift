import CRIProtobuf
import Testing

@testable import CRICommandLine
@testable import CRICommands

@Suite struct SinceTextTests {
  private static let now = Timestamp(seconds: 1_800_000_000)

  /// The offset of a time zone that is one hour east of UTC before noon on 2024-03-31, and two hours after that.
  private static func offset(_ seconds: Int64) -> Int { seconds < 1_711_882_800 ? 3600 : 7200 }

  @Test(arguments: [
    ("42m", "2027-01-15T07:18:00Z"), ("1h30m", "2027-01-15T06:30:00Z"), ("500ms", "2027-01-15T07:59:59.5Z"),
    ("0s", "2027-01-15T08:00:00Z"), ("0", "1970-01-01T00:00:00Z"), ("1711882800", "2024-03-31T11:00:00Z"),
    ("1711882800.25", "2024-03-31T11:00:00.25Z"), ("2024-01-31T12:00:00Z", "2024-01-31T12:00:00Z"),
    ("2024-01-31T12:00:00.123456789+02:00", "2024-01-31T10:00:00.123456789Z"), ("2024-01-31Z", "2024-01-31T00:00:00Z"),
    ("2024-01-31-01:00", "2024-01-31T01:00:00Z"), ("2024-01-31T12Z", "2024-01-31T12:00:00Z"),
    ("2024-01-31", "2024-01-30T23:00:00Z"), ("2024-01-31T12", "2024-01-31T11:00:00Z"),
    ("2024-01-31T12:30", "2024-01-31T11:30:00Z"), ("2024-01-31T12:30:15.5", "2024-01-31T11:30:15.5Z"),
    ("2024-06-01T12:00:00", "2024-06-01T10:00:00Z"),
    // Times before and after the change to summer time.
    ("2024-03-31T11:59:59", "2024-03-31T10:59:59Z"), ("2024-03-31T13:00:00", "2024-03-31T11:00:00Z"),
  ])
  func `a time is parsed in all of crictl's notations`(text: String, moment: String) throws {
    #expect(try SinceText.parse(text, now: Self.now, offset: Self.offset).description == moment)
  }

  @Test(arguments: ["", "yesterday", "-1h", "1.2.3", ".5", "2024-13-01", "2024-01-31T", "2024-01-31T12:", "12:00"])
  func `any other text is a usage error`(text: String) throws {
    let failure = #expect(throws: Failure.self) { try SinceText.parse(text, now: Self.now, offset: Self.offset) }
    #expect(failure?.code == .usage)
    #expect(failure?.message.contains("specify a duration such as") == true)
  }
}
