import Testing

/// All that goes over a socket, one test after the other: many of them watch the clock, and would disturb each other.
@Suite(.serialized)
struct WireTests {}
