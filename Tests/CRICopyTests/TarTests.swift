import CRICopy
import CRISystem
import Foundation
import TestSupport
import Testing

@Suite struct TarTests {
  private static let long = Array("d".utf8) + [47] + [UInt8](repeating: 120, count: 200)

  private static let events: [CopyEvent] = [
    .entry(
      CopyEntry(
        path: Array("d".utf8), kind: .directory, permissions: 0o1755, owner: 1, group: 2,
        modified: FileTime(seconds: 1_700_000_000, nanoseconds: 123_456_789))),
    .entry(
      CopyEntry(
        path: Array("d/f".utf8), kind: .regular(size: 700), permissions: 0o640, owner: 3_000_000, group: 0,
        modified: FileTime(seconds: -2, nanoseconds: 250_000_000))),
    .bytes([UInt8](repeating: 7, count: 700)),
    .entry(
      CopyEntry(
        path: Array("d/e".utf8), kind: .regular(size: 0), permissions: 0o600, owner: 0, group: 0,
        modified: FileTime(seconds: 5))),
    .entry(
      CopyEntry(
        path: long, kind: .symbolicLink(target: long + long), permissions: 0o777, owner: 0, group: 0,
        modified: FileTime(seconds: 5))),
    .entry(
      CopyEntry(
        path: Array("d/\u{e4}".utf8) + [0xff], kind: .hardLink(target: long), permissions: 0o640, owner: 0,
        group: 0, modified: FileTime(seconds: 5))),
    .entry(
      CopyEntry(
        path: Array("d/zero".utf8), kind: .regular(size: 1 << 20), permissions: 0o600, owner: 0, group: 0,
        modified: FileTime(seconds: 5))),
    .zeros(1 << 20),
  ]

  private static func stream(_ format: TarWriter.Format, _ events: [CopyEvent], name: String = ".") throws -> [UInt8] {
    var writer = TarWriter(format, name: Array(name.utf8))
    var bytes: [UInt8] = []
    for event in events {
      try writer.append(event)
      while let more = writer.take() { bytes += more }
    }
    writer.finish()
    while let more = writer.take() { bytes += more }
    return bytes
  }

  /// Reads a stream in pieces and joins the bytes of each file.
  private static func read(_ bytes: [UInt8], piece: Int = 1 << 20) throws -> [CopyEvent] {
    var reader = TarReader()
    var events: [CopyEvent] = []
    for start in stride(from: 0, to: bytes.count, by: piece) {
      reader.append(Array(bytes[start..<min(bytes.count, start + piece)]))
      while let event = try reader.next() {
        if case .bytes(let more) = event, case .bytes(let earlier)? = events.last {
          events[events.count - 1] = .bytes(earlier + more)
        } else {
          events.append(event)
        }
      }
    }
    try reader.finish()
    return events
  }

  @Test(arguments: [TarWriter.Format.pax, .gnu], [1, 100, 511, 513, 1 << 20])
  func `what is written is read again, in pieces of any size`(_ format: TarWriter.Format, _ piece: Int) throws {
    // One-byte pieces would take a long time for a file of zeros.
    let events = piece > 100 ? Self.events : Array(Self.events.dropLast(2))
    let expected = events.map { event -> CopyEvent in
      switch event {
      case .zeros(let count): return .bytes([UInt8](repeating: 0, count: count))
      case .entry(var entry):
        if format == .gnu { entry.modified = FileTime(seconds: entry.modified.seconds) }
        return .entry(entry)
      default: return event
      }
    }
    #expect(try Self.read(try Self.stream(format, events), piece: piece) == expected)
  }

  /// The run time must not grow quadratically with the size.
  @Test(.timeLimit(.minutes(1))) func `a large extended header can arrive byte by byte`() throws {
    let comment = [UInt8](repeating: 120, count: TarReader.maximumExtension - 17)
    let record = Array("\(comment.count + 17) comment=".utf8)
    let payload = record + comment + [10]
    var bytes = Self.header("x", type: "x", size: String(payload.count, radix: 8)) + payload
    bytes += [UInt8](repeating: 0, count: (512 - payload.count % 512) % 512) + Self.header("f", type: "0", size: "0")
    bytes += [UInt8](repeating: 0, count: 1024)
    let events = try Self.read(bytes, piece: 1)
    #expect(events.count == 1, "\(events)")
  }

  private static func run(_ script: String, in folder: TemporaryDirectory) throws -> String {
    let output = folder.file("output")
    try TestFile.write("", to: output)
    let pid = try spawn(["/bin/sh", "-c", "cd '\(folder.path)' && LC_ALL=C && export LC_ALL && \(script)"]) { actions in
      posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY, 0)
    }
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    try #require(status == 0, "\(script)")
    return TestFile.read(output)
  }

  @Test(arguments: ["tar", "busybox tar"])
  func `other programs read what is written`(_ program: String) throws {
    let folder = try TemporaryDirectory()
    let events: [CopyEvent] = Array(
      Self.events.filter { event in
        if case .entry(let entry) = event, case .hardLink = entry.kind { return false }
        return true
      })
    try Data(try Self.stream(program == "tar" ? .pax : .gnu, events)).write(to: URL(filePath: folder.file("a.tar")))
    let long = String(decoding: Self.long, as: UTF8.self)
    let names = try Self.run("\(program) -tf a.tar", in: folder)
    #expect(names.contains("\(long)\n") && names.contains("d/zero\n"), "\(names)")
    let facts = try Self.run(
      "mkdir x && \(program) -xf a.tar -C x && stat -c '%a %s' x/d/f x/d/zero && readlink x/\(long)", in: folder)
    #expect(facts == "640 700\n600 1048576\n\(long)\(long)\n")
  }

  @Test(arguments: ["tar --format=gnu", "tar --format=pax", "tar --format=ustar", "tar --format=v7", "busybox tar"])
  func `streams of other programs are read`(_ program: String) throws {
    let folder = try TemporaryDirectory()
    let deep =
      program.contains("v7") || program.contains("ustar")
      ? "s" : [String](repeating: "0123456789", count: 12).joined(separator: "/")
    try Data(
      Self.run(
        "mkdir -p t/\(deep) && echo text >t/\(deep)/f && ln t/\(deep)/f t/\(deep)/g && ln -s /etc/passwd t/l && "
          + "chmod 4755 t/\(deep)/f && \(program.contains("v7") ? "true" : "mkfifo t/p") && \(program) -cf a.tar -C t .",
        in: folder
      ).utf8
    ).write(to: URL(filePath: folder.file("ignored")))
    let events = try Self.read([UInt8](try Data(contentsOf: URL(filePath: folder.file("a.tar")))))
    #expect(events.contains(.bytes(Array("text\n".utf8))))
    // The format v7 has no FIFOs.
    #expect(events.contains(.skipped(path: [112], .kind(.fifo))) != program.contains("v7"))
    let entries = events.compactMap { event in if case .entry(let entry) = event { entry } else { nil as CopyEntry? } }
    let (file, other) = ("\(deep)/f", "\(deep)/g")
    let found = Dictionary(entries.map { (String(decoding: $0.path, as: UTF8.self), $0) }) { $1 }
    // The order of the two names depends on the file system.
    let isFirst = found[file]?.kind == .regular(size: 5)
    #expect(found[isFirst ? file : other]?.kind == .regular(size: 5) && found[file]?.permissions == 0o4755)
    #expect(found[isFirst ? other : file]?.kind == .hardLink(target: Array((isFirst ? file : other).utf8)))
    #expect(found["l"]?.kind == .symbolicLink(target: Array("/etc/passwd".utf8)))
    #expect(found[""]?.kind == .directory)
  }

  /// A header block with a correct checksum.
  private static func header(
    _ name: String, type: Character = "0", link: String = "", size: String = "00000000000",
    magic: String = "ustar\u{0}00"
  ) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, _ start: Int) {
      for (index, byte) in text.utf8.enumerated() { block[start + index] = byte }
    }
    put(name, 0)
    put("0000644", 100)
    put("0000000", 108)
    put("0000000", 116)
    put(size, 124)
    put("00000000000", 136)
    put("        ", 148)
    block[156] = type.asciiValue ?? 0
    put(link, 157)
    put(magic, 257)
    let sum = block.reduce(0) { $0 + Int($1) }
    put(String(sum, radix: 8).leftPadded(6), 148)
    block[154] = 0
    return block
  }

  private static let end = [UInt8](repeating: 0, count: 1024)

  @Test(
    arguments: [
      (header("../x"), .pointsOutside("../x")), (header("a/../../x"), .pointsOutside("a/../../x")),
      (header("/x"), .pointsOutside("/x")),
      (header("a/.."), .pointsOutside("a/..")), (header("x", type: "1", link: "../y"), .pointsOutside("../y")),
      (header("x", type: "1", link: "/etc/shadow"), .pointsOutside("/etc/shadow")), (header("."), .pointsOutside(".")),
      (header("x", type: "S"), .sparse), (header("x", type: "Z"), .unsupportedType(90)),
      (header("x", size: "9"), .invalidNumber(field: "size")),
      (header("x", type: "x", size: "77777777777"), .extensionTooLarge),
      (header("x", type: "2"), .nameTooLong),
      (header("p", type: "x", size: "00000000012") + padded("10 path=a\n"), .truncated),
      (header("p", type: "x", size: "00000000012") + padded("99 path=a\n"), .invalidRecord),
      (header("p", type: "x", size: "00000000013") + padded("11 path=/a\n") + header("x"), .pointsOutside("/a")),
      (header("p", type: "L", size: "00000000004") + padded("../\0") + header("x"), .pointsOutside("../")),
      (header("x", magic: "wrong"), nil), ([UInt8](repeating: 65, count: 512), .invalidNumber(field: "checksum")),
    ] as [([UInt8], TarFailure?)])
  func `a hostile stream is refused`(_ bytes: [UInt8], _ failure: TarFailure?) throws {
    do {
      _ = try Self.read(bytes + (failure == .truncated ? [] : Self.end))
      #expect(failure == nil)
    } catch let error as TarFailure {
      #expect(error == failure)
    }
  }

  private static func padded(_ text: String) -> [UInt8] {
    Array(text.utf8) + [UInt8](repeating: 0, count: 512 - text.utf8.count)
  }

  @Test func `devices are reported and have no content`() throws {
    let bytes = Self.header("sda", type: "4", size: "00000000777") + Self.header("tty", type: "3") + Self.end
    #expect(
      try Self.read(bytes) == [
        .skipped(path: Array("sda".utf8), .kind(.device)), .skipped(path: Array("tty".utf8), .kind(.device)),
      ])
  }

  @Test func `a stream that ends early is truncated wherever it ends`() throws {
    let bytes = try Self.stream(.pax, Array(Self.events.dropLast(2)))
    for count in stride(from: 0, to: bytes.count - 1024, by: 97) {
      #expect(throws: TarFailure.truncated) { try Self.read(Array(bytes[..<count])) }
    }
  }

  @Test func `random and damaged bytes never crash the reader, and no name points outside`() throws {
    var generator = SeededGenerator(seed: 13)
    let good = try Self.stream(.pax, Array(Self.events.dropLast(2)))
    for round in 0..<3000 {
      var bytes = good
      if round % 3 == 0 {
        bytes = (0..<2048).map { _ in UInt8.random(in: 0...255, using: &generator) }
      } else {
        for _ in 0..<Int.random(in: 1...8, using: &generator) {
          bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
        }
        // With a valid checksum, the corruption reaches the other fields.
        for start in stride(from: 0, to: bytes.count - 512, by: 512) where bytes[start + 257] == 0x75 {
          for index in 148..<156 { bytes[start + index] = 32 }
          let sum = bytes[start..<(start + 512)].reduce(0) { $0 + Int($1) }
          for (index, digit) in String(sum, radix: 8).leftPadded(6).utf8.enumerated() {
            bytes[start + 148 + index] = digit
          }
        }
      }
      var reader = TarReader()
      reader.append(bytes)
      do throws(TarFailure) {
        while let event = try reader.next() {
          guard case .entry(let entry) = event else { continue }
          let components = entry.path.split(separator: 47, omittingEmptySubsequences: false)
          #expect(!components.contains { $0.elementsEqual("..".utf8) } && entry.path.first != 47)
        }
      } catch {}
    }
  }

  @Test func `names outside of the object that was asked for are refused`() throws {
    let rebase = TarRebase(name: Array("d".utf8))
    func path(_ name: String) throws -> String? {
      let event = CopyEvent.entry(CopyEntry(path: Array(name.utf8), kind: .directory, permissions: 0o755))
      guard case .entry(let entry) = try rebase.applied(to: event) else { return nil }
      return String(decoding: entry.path, as: UTF8.self)
    }
    #expect(try path("d") == "" && path("d/x/y") == "x/y")
    for name in ["", "e", "dd", "dd/x", "x/d"] {
      #expect(throws: TarFailure.unexpectedName(name)) { try path(name) }
    }
  }
}

extension String {
  fileprivate func leftPadded(_ width: Int) -> String { String(repeating: "0", count: max(0, width - count)) + self }
}
