/// The check that a report is about. The raw value is the command's name.
package enum ReportCheck: String, Hashable, Sendable, CaseIterable {
  case verify
  case guarded = "guard"
  case preflight
  case doctor
}
