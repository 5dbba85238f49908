internal import Glibc

/// The offset and name of the local time zone (`TZ`, or else `/etc/localtime`) at a given time.
package struct LocalTime: Hashable, Sendable {
  /// Seconds east of UTC.
  package let offset: Int
  /// The abbreviation of the zone, such as `CEST` or `UTC`.
  package let zone: String

  /// Determines the offset at a time in seconds since the Unix epoch. The corresponding C function is `localtime_r`.
  package init(unixSeconds: Int64) {
    // localtime_r is not required to read TZ.
    tzset()
    var seconds = time_t(unixSeconds)
    var fields = tm()
    guard localtime_r(&seconds, &fields) != nil else {
      // The year exceeds Int32.
      (offset, zone) = (0, "UTC")
      return
    }
    offset = fields.tm_gmtoff
    zone = fields.tm_zone.map { String(cString: $0) } ?? "UTC"
  }
}
