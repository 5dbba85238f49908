import CRISnapshot
import Testing

@Suite struct IPAddressTests {
  @Test(arguments: [
    ("10.0.0.1", "10.0.0.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
    ("10.42.0.3/24", "10.42.0.3"), ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("fd00::2/64", "fd00::2"),
    ("FD00:0:0:0:0:0:0:2", "fd00::2"), ("fd63:7269:3b3f:cef8::0003", "fd63:7269:3b3f:cef8::3"),
    ("1:0:0:2:0:0:0:3", "1:0:0:2::3"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("1:0:3:4:5:6:7:8", "1:0:3:4:5:6:7:8"),
    ("2001:db8::a:0:0:b", "2001:db8::a:0:0:b"), ("::ffff:10.0.0.1", "10.0.0.1"),
    ("64:ff9b::10.0.0.1", "64:ff9b::a00:1"),
    ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
  ])
  func `all spellings of an address are equal`(text: String, canonical: String) throws {
    let address = try #require(IPAddress(text))
    #expect(address.description == canonical)
    #expect(IPAddress(canonical) == address)
    #expect(IPAddress(bytes: address.bytes) == address)
  }

  @Test(arguments: [
    "", "x", "10.0.0", "10.0.0.1.2", "10.0.0.256", "10.0.0.01", "10.0.0.-1", "10.0.0. 1", "1:2:3:4:5:6:7", ":1", "1:",
    "1:2:3:4:5:6:7:8:9", "1::2::3", "10.0.0.1::", "10.0.0.1::2", "1:10.0.0.1::", ":::", "12345::", "g::", "::1%eth0",
    "1:2:3:4:5:6:7::8", "/24", "10.0.0.1.",
    "۱.0.0.1",
  ])
  func `invalid addresses are refused`(text: String) { #expect(IPAddress(text) == nil) }

  @Test(arguments: [
    ("169.254.1.1", true, false), ("169.253.1.1", false, false), ("fe80::1", true, false), ("febf::1", true, false),
    ("fec0::1", false, false), ("127.0.0.1", false, true), ("::1", false, true), ("::2", false, false),
  ])
  func `link-local and loopback addresses are recognised`(text: String, isLinkLocal: Bool, isLoopback: Bool) throws {
    let address = try #require(IPAddress(text))
    #expect(address.isLinkLocal == isLinkLocal)
    #expect(address.isLoopback == isLoopback)
  }

  @Test func `byte counts other than 4 and 16 are refused`() {
    for count in [0, 3, 5, 15, 17] { #expect(IPAddress(bytes: [UInt8](repeating: 1, count: count)) == nil) }
  }
}
