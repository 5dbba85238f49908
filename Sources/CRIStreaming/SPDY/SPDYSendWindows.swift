/// Whether a SPDY session keeps to the windows of its peer when it sends.
package enum SPDYSendWindows: Hashable, Sendable {
  /// Keeps to them from the first SETTINGS with an initial window or WINDOW_UPDATE on.
  ///
  /// A peer that has sent neither does not know windows (moby/spdystream, which all of Kubernetes uses, never sends a
  /// WINDOW_UPDATE): waiting for it after the first 64 KiB would be a deadlock. Back-pressure then comes from the
  /// connection alone.
  case automatic
  /// Keeps to them from the beginning, as the draft has it.
  case always
}
