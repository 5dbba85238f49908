import CRICommands
import Glibc
import Testing

@Suite("Times as Go prints them")
struct TimeTests {
  @Test(
    "times in UTC are printed as in Go",
    arguments: [
      (0, "1970-01-01T00:00:00Z", "1970-01-01 00:00:00 +0000 UTC"),
      (1_795_246_980_888_814_890, "2026-11-21T07:43:00.88881489Z", "2026-11-21 07:43:00.88881489 +0000 UTC"),
      (1_795_251_649_654_475_780, "2026-11-21T09:00:49.65447578Z", "2026-11-21 09:00:49.65447578 +0000 UTC"),
      (
        1_795_251_649_000_000_001, "2026-11-21T09:00:49.000000001Z", "2026-11-21 09:00:49.000000001 +0000 UTC"
      ),
      (951_782_400_000_000_000, "2000-02-29T00:00:00Z", "2000-02-29 00:00:00 +0000 UTC"),
      (951_868_799_999_999_999, "2000-02-29T23:59:59.999999999Z", "2000-02-29 23:59:59.999999999 +0000 UTC"),
      (-1, "1969-12-31T23:59:59.999999999Z", "1969-12-31 23:59:59.999999999 +0000 UTC"),
      (
        -6_795_364_578_871_345_152, "1754-08-30T22:43:41.128654848Z",
        "1754-08-30 22:43:41.128654848 +0000 UTC"
      ),
      (.max, "2262-04-11T23:47:16.854775807Z", "2262-04-11 23:47:16.854775807 +0000 UTC"),
      (.min, "1677-09-21T00:12:43.145224192Z", "1677-09-21 00:12:43.145224192 +0000 UTC"),
    ] as [(Int64, String, String)])
  func utc(nanoseconds: Int64, rfc3339: String, string: String) {
    #expect(TimeText.rfc3339(nanoseconds: nanoseconds) == rfc3339)
    #expect(TimeText.goString(nanoseconds: nanoseconds, in: .utc) == string)
  }

  @Test(
    "times in other zones are printed as in Go",
    arguments: [
      (.fixed(32_400, "JST"), "2026-11-21T16:43:00.5+09:00", "2026-11-21 16:43:00.5 +0900 JST"),
      (.fixed(-12_600, "NST"), "2026-11-21T04:13:00.5-03:30", "2026-11-21 04:13:00.5 -0330 NST"),
      (.fixed(-28_800, "PST"), "2026-11-20T23:43:00.5-08:00", "2026-11-20 23:43:00.5 -0800 PST"),
      (.fixed(0, "GMT"), "2026-11-21T07:43:00.5Z", "2026-11-21 07:43:00.5 +0000 GMT"),
    ] as [(TimeText.Zone, String, String)])
  func zones(zone: TimeText.Zone, rfc3339: String, string: String) {
    #expect(TimeText.rfc3339(nanoseconds: 1_795_246_980_500_000_000, in: zone) == rfc3339)
    #expect(TimeText.goString(nanoseconds: 1_795_246_980_500_000_000, in: zone) == string)
  }

  @Test("times are printed in the time zone of the process, in summer and in winter")
  func local() async {
    await #expect(processExitsWith: .success) {
      // This is a POSIX rule, so zone files are not needed.
      setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1)
      let winter = TimeText.goString(nanoseconds: 1_795_246_980_500_000_000)
      let summer = TimeText.rfc3339(nanoseconds: 1_783_000_000_000_000_000, in: .local)
      guard winter == "2026-11-21 08:43:00.5 +0100 CET", summer == "2026-07-02T15:46:40+02:00" else {
        exit(1)
      }
    }
  }
}
