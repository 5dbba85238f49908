import CRIProtobuf
import Testing

@Suite("Timestamps")
struct TimestampTests {
  static let table: [(Int64, String)] = [
    (0, "1970-01-01T00:00:00Z"), (1, "1970-01-01T00:00:00.000000001Z"),
    (-1, "1969-12-31T23:59:59.999999999Z"),
    (1_500_000_000, "1970-01-01T00:00:01.5Z"), (951_782_400_000_000_000, "2000-02-29T00:00:00Z"),
    (951_868_799_999_999_999, "2000-02-29T23:59:59.999999999Z"),
    (951_868_800_000_000_000, "2000-03-01T00:00:00Z"),
    (1_795_252_227_222_550_655, "2026-11-21T09:10:27.222550655Z"),
    (4_107_542_400_000_000_000, "2100-03-01T00:00:00Z"),
    (.max, "2262-04-11T23:47:16.854775807Z"), (.min, "1677-09-21T00:12:43.145224192Z"),
    (-2_203_891_200_000_000_000, "1900-03-01T00:00:00Z"),
  ]

  @Test("a time is formatted and parsed as RFC 3339 in UTC", arguments: table)
  func text(nanoseconds: Int64, text: String) {
    #expect(Timestamp(nanoseconds: nanoseconds).description == text)
    #expect(Timestamp(text)?.nanoseconds == nanoseconds)
  }

  @Test(
    "a time with any offset and any fraction is parsed",
    arguments: [
      ("1970-01-01T01:00:00+01:00", 0), ("1969-12-31T19:30:00-04:30", 0), ("1970-01-01t00:00:00z", 0),
      ("1970-01-01 00:00:01Z", 1_000_000_000), ("1970-01-01T00:00:00.123456789999Z", 123_456_789),
      ("1970-01-01T00:00:00.1Z", 100_000_000), ("1972-06-30T23:59:60Z", 78_796_800_000_000_000),
    ])
  func reading(text: String, nanoseconds: Int64) { #expect(Timestamp(text)?.nanoseconds == nanoseconds) }

  @Test(
    "an invalid or out-of-range time is rejected",
    arguments: [
      "", "now", "1970-01-01", "1970-01-01T00:00:00", "1970-13-01T00:00:00Z", "1970-02-29T00:00:00Z",
      "1900-02-29T00:00:00Z", "1970-00-01T00:00:00Z", "1970-01-00T00:00:00Z", "1970-04-31T00:00:00Z",
      "1970-01-01T24:00:00Z", "1970-01-01T00:60:00Z", "1970-01-01T00:00:61Z", "1970-01-01T00:00:00.Z",
      "1970-01-01T00:00:00Z ", "1970-01-01T00:00:00+0100", "2262-04-11T23:47:16.854775808Z",
      "1677-09-21T00:12:43.145224191Z", "9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z",
      "197O-01-01T00:00:00Z",
    ])
  func refused(text: String) { #expect(Timestamp(text) == nil) }

  @Test("times can be compared and subtracted, and durations added")
  func arithmetic() {
    let start = Timestamp(seconds: 10, nanoseconds: 5)
    #expect(start.nanoseconds == 10_000_000_005)
    #expect(start + .milliseconds(1) - start == .milliseconds(1))
    #expect(start - .seconds(11) == Timestamp(nanoseconds: -999_999_995))
    #expect(start < start + .nanoseconds(1))
    #expect(Timestamp(seconds: .max).nanoseconds == .max)
    #expect(Timestamp(seconds: .min).nanoseconds == .min)
    #expect(Timestamp(nanoseconds: .max) + .seconds(1) == Timestamp(nanoseconds: .max))
    #expect(Timestamp(nanoseconds: .min) - .seconds(1) == Timestamp(nanoseconds: .min))
    #expect(
      Timestamp(nanoseconds: .max) - Timestamp(nanoseconds: .min) == .nanoseconds(Int64.max)
        + .nanoseconds(Int64.max) + .nanoseconds(1))
    #expect(Timestamp.zero.isZero)
  }
}
