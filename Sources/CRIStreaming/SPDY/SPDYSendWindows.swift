/// Whether a SPDY session respects its peer's windows when it sends.
package enum SPDYSendWindows: Hashable, Sendable {
  /// Respects them after the first SETTINGS with an initial window or the first WINDOW_UPDATE.
  ///
  /// A peer that has sent neither does not implement windows (moby/spdystream, which all of Kubernetes uses, never
  /// sends a WINDOW_UPDATE), so waiting for it after the first 64 KiB would be a deadlock. Back-pressure then comes
  /// only from the connection.
  case automatic
  /// Respects them from the beginning, as the draft requires.
  case always
}
