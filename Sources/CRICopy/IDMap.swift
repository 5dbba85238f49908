/// The IDs of a user namespace, as `/proc/PID/uid_map` and `gid_map` list them (user_namespaces(7)).
package struct IDMap: Hashable, Sendable {
  private struct Extent: Hashable, Sendable {
    let inside: UInt32
    let outside: UInt32
    let count: UInt32
  }

  private let extents: [Extent]

  /// The map of the initial user namespace.
  package static let identity = IDMap("0 0 4294967295")

  /// What the kernel shows for an ID without a mapping (`/proc/sys/kernel/overflowuid`).
  private static let overflow: UInt32 = 65534

  package init(_ text: String) {
    extents = text.split(separator: "\n").compactMap { line in
      let numbers = line.split(separator: " ").compactMap { UInt32($0) }
      return numbers.count == 3 ? Extent(inside: numbers[0], outside: numbers[1], count: numbers[2]) : nil
    }
  }

  /// The ID on the node for an ID in the container; nil if the ID is not mapped.
  package func host(_ id: UInt32) -> UInt32? {
    for extent in extents where id >= extent.inside && id - extent.inside < extent.count {
      let (sum, overflows) = extent.outside.addingReportingOverflow(id - extent.inside)
      return overflows ? nil : sum
    }
    return nil
  }

  /// The ID in the container for an ID on the node; 65534 if the ID is not mapped, as the kernel reports it.
  package func container(_ id: UInt32) -> UInt32 {
    for extent in extents where id >= extent.outside && id - extent.outside < extent.count {
      let (sum, overflows) = extent.inside.addingReportingOverflow(id - extent.outside)
      return overflows ? Self.overflow : sum
    }
    return Self.overflow
  }
}
