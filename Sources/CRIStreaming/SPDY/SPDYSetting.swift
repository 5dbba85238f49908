/// One entry of a SETTINGS frame (SPDY/3.1 draft, section 2.6.4).
package struct SPDYSetting: Hashable, Sendable {
  /// The setting's ID, which has 24 bits.
  package var id: UInt32
  package var value: UInt32
  /// The flags: 1 means that the client should store the setting, and 2 that it has been stored. This implementation
  /// does not store settings.
  package var flags: UInt8 = 0

  package init(id: UInt32, value: UInt32, flags: UInt8 = 0) {
    self.id = id
    self.value = value
    self.flags = flags
  }

  /// `SETTINGS_MAX_CONCURRENT_STREAMS`
  package static let maxConcurrentStreams: UInt32 = 4
  /// `SETTINGS_INITIAL_WINDOW_SIZE`: bytes, for each stream.
  package static let initialWindowSize: UInt32 = 7
}
