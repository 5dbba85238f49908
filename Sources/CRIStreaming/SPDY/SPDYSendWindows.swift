/// Whether a SPDY session respects its peer's windows when sending.
package enum SPDYSendWindows: Hashable, Sendable {
  /// The session respects windows after the first SETTINGS with an initial window or the first WINDOW_UPDATE.
  ///
  /// A peer that has sent neither does not implement windows (moby/spdystream, which all Kubernetes components use,
  /// never sends a WINDOW_UPDATE), so waiting for a window after the first 64 KiB would be a deadlock. Back-pressure
  /// then comes only from the connection.
  case automatic
  /// The session respects windows from the beginning, as the draft requires.
  case always
}
