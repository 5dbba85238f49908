/// A parser, with the properties that its results must have for every input.
struct FuzzTarget: Sendable {
  let name: String
  let run: @Sendable ([UInt8]) -> Void

  init(_ name: String, _ run: @escaping @Sendable ([UInt8]) -> Void) {
    self.name = name
    self.run = run
  }

  static let all =
    http2 + [
      grpc, protobuf, json, yaml, toml, template, jsonPath, log, snapshot, version, values, cni, kubelet, spdy,
      spdyHeaders, webSocket, http, session, tar,
    ]
}

/// Ends the program, so that libFuzzer keeps the input, unless a property holds.
func require(_ condition: Bool, _ property: @autoclosure () -> String) {
  if !condition { fatalError("property violated: \(property())") }
}

/// Returns the value, or the error that was thrown instead.
func outcome<T, E: Error>(_ body: () throws(E) -> T) -> Result<T, E> {
  do throws(E) { return .success(try body()) } catch { return .failure(error) }
}

extension [UInt8] {
  var text: String { String(decoding: self, as: UTF8.self) }

  /// The bytes in pieces as a connection might deliver them. The sizes depend only on the bytes, so that an input always
  /// gives the same result.
  var pieces: [[UInt8]] {
    var state = reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    let sizes = [1, 2, 3, 7, 16, 100, 1000]
    var pieces: [[UInt8]] = []
    var rest = self[...]
    while !rest.isEmpty {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let piece = rest.prefix(sizes[Int(state >> 33) % sizes.count])
      pieces.append([UInt8](piece))
      rest = rest.dropFirst(piece.count)
    }
    return pieces
  }

  /// The ways of splitting the bytes that must give the same result: not at all, into pieces, and into single bytes.
  var splits: [[[UInt8]]] { [[self], pieces] + (count <= 512 ? [map { [$0] }] : []) }

  /// The parts between bytes of the given value, at most `count` of them.
  func parts(_ count: Int, at separator: UInt8 = 0) -> [[UInt8]] {
    let parts = split(separator: separator, maxSplits: count - 1, omittingEmptySubsequences: false).map { [UInt8]($0) }
    return parts + [[UInt8]](repeating: [], count: count - parts.count)
  }
}
