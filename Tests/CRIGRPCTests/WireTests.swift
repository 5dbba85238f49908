import Testing

/// All tests that use a socket. They run one after the other, because many of them measure time.
@Suite(.serialized)
struct WireTests {}
