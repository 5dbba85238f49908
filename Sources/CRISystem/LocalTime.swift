internal import Glibc

/// What the process's time zone (`TZ`, else `/etc/localtime`) says about a moment.
package struct LocalTime: Hashable, Sendable {
  /// Seconds east of UTC.
  package let offset: Int
  /// The zone's abbreviation then, such as `CEST` or `UTC`.
  package let zone: String

  /// The corresponding C function is `localtime_r`.
  package init(unixSeconds: Int64) {
    // localtime_r need not look at TZ by itself.
    tzset()
    var seconds = time_t(unixSeconds)
    var fields = tm()
    guard localtime_r(&seconds, &fields) != nil else {
      // A year beyond Int32: no zone has rules for it.
      (offset, zone) = (0, "UTC")
      return
    }
    offset = fields.tm_gmtoff
    zone = fields.tm_zone.map { String(cString: $0) } ?? "UTC"
  }
}
