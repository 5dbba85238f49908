import CRISystem
import Testing

@testable import CRIStreaming

struct StreamURLTests {
  @Test(
    arguments: [
      ("http://127.0.0.1:45443/exec/TOKEN", .tcp(host: "127.0.0.1", port: 45443), "/exec/TOKEN", "127.0.0.1:45443"),
      ("HTTP://LocalHost/attach/x?y=1#z", .tcp(host: "LocalHost", port: 80), "/attach/x?y=1", "LocalHost"),
      ("http://[::1]:1/a", .tcp(host: "::1", port: 1), "/a", "[::1]:1"),
      ("http://[fd00::1]", .tcp(host: "fd00::1", port: 80), "/", "[fd00::1]"),
      ("http://node?q", .tcp(host: "node", port: 80), "/?q", "node"),
      ("https://10.0.0.1/a", .tcp(host: "10.0.0.1", port: 443), "/a", "10.0.0.1"),
      ("http+unix://%2Frun%2Fs.sock/exec/x", .unix(path: "/run/s.sock"), "/exec/x", "localhost"),
    ] as [(String, StreamURL.Address, String, String)])
  func `a URL is split into its parts`(text: String, address: StreamURL.Address, target: String, host: String) throws {
    let url = try StreamURL(text)
    #expect(url.address == address && url.target == target && url.host == host)
    #expect(url.usesTLS == text.hasPrefix("https:"))
  }

  @Test(
    arguments: [
      "", "/exec/x", "http://", "http:///exec", "ftp://h/x", "file:///etc/shadow", "http://u@h/x", "http://h:0/x",
      "http://h:65536/x", "http://h:1x/x", "http://h:+1/x", "http://[::1/x", "http://[::1]x/y", "http://h/a b",
      "http://h/a\r\nHost: x", "http://h/\u{7f}", "http://h/é", "http+unix://run/x", "http+unix://%2Frun%00/x",
      "http+unix://%2/x", "http+unix://%2Frun%+1/x", "http://h/" + String(repeating: "a", count: 9000),
    ])
  func `a malformed URL is refused`(text: String) {
    #expect(throws: StreamingError.self) { try StreamURL(text) }
    do throws(StreamingError) { _ = try StreamURL(text) } catch { #expect(error.code == .invalidURL) }
  }

  @Test(
    arguments: [
      ("127.0.0.1", [], ["127.0.0.1:80"]), ("127.9.9.9", [], ["127.9.9.9:80"]), ("::1", [], ["[::1]:80"]),
      ("::ffff:127.0.0.1", [], ["[::ffff:127.0.0.1]:80"]), ("localhost", [], ["127.0.0.1:80", "[::1]:80"]),
      ("LOCALHOST", [], ["127.0.0.1:80", "[::1]:80"]), ("0.0.0.0", [], ["127.0.0.1:80"]), ("::", [], ["[::1]:80"]),
      ("192.0.2.1", ["192.0.2.1"], ["192.0.2.1:80"]), ("2001:db8::1", ["2001:DB8:0::1"], ["[2001:db8::1]:80"]),
      // Hosts other than this machine.
      ("192.0.2.1", [], nil), ("2001:db8::1", [], nil), ("169.254.169.254", [], nil), ("example.com", [], nil),
      ("192.0.2.1", ["192.0.2.2"], nil), ("localhost.example.com", [], nil), ("127.0.0.1.example.com", [], nil),
      // Notations that other programs interpret as 127.0.0.1.
      ("2130706433", [], nil), ("0x7f.1", [], nil), ("127.1", [], nil), ("::ffff:192.0.2.1", [], nil),
    ] as [(String, [String], [String]?)])
  func `only URLs to this machine and to allowed hosts are followed`(
    host: String, allowed: [String], expected: [String]?
  ) {
    do throws(StreamingError) {
      let found = try StreamHosts(allowed: allowed).addresses(of: host, port: 80, url: "http://\(host)/")
      #expect(found.map(\.description) == expected)
    } catch {
      #expect(expected == nil && error.code == .hostNotAllowed(host))
    }
  }

  @Test func `URLs with this machine's own addresses are followed`() throws {
    for address in try NetworkLink.all().flatMap(\.addresses) {
      let own = SocketAddress(bytes: address.bytes, port: 80)
      #expect(try StreamHosts(allowed: []).addresses(of: own.ip, port: 80, url: "") == [own])
    }
  }

  @Test func `an allowed name that has no address is not looked up elsewhere`() {
    do throws(StreamingError) {
      _ = try StreamHosts(allowed: ["no-such-host"]).addresses(of: "no-such-host", port: 80, url: "")
      Issue.record("an address was found")
    } catch { #expect(error.code == .cannotConnect) }
  }

  @Test(
    arguments: [
      ("http://127.0.0.1:45443/exec/TOKEN?a=b", "http://127.0.0.1:45443: refused"),
      ("http+unix://%2Frun%2Fs.sock/exec/TOKEN", "http+unix://%2Frun%2Fs.sock: refused"),
      ("http://[::1]:80?TOKEN", "http://[::1]:80: refused"), ("TOKEN/x", "TOKEN: refused"),
    ])
  func `an error does not show the token of a URL`(url: String, text: String) {
    #expect("\(StreamingError(.cannotConnect, "refused", url: url))" == text)
  }
}
