internal import CRIProtobufC

/// The names and numbers of an enum. It is `@unchecked Sendable` because the pointer refers to a constant.
package struct EnumSchema: @unchecked Sendable {
  let descriptor: UnsafePointer<ProtobufCEnumDescriptor>

  init(_ descriptor: UnsafePointer<ProtobufCEnumDescriptor>) { self.descriptor = descriptor }

  /// The name without its package, such as `ContainerState`.
  package var name: String { String(cString: descriptor.pointee.short_name) }

  /// The name of a value, or nil if the number is not known.
  package func valueName(_ number: Int32) -> String? {
    protobuf_c_enum_descriptor_get_value(descriptor, number).map { String(cString: $0.pointee.name) }
  }

  /// The number of a value, or nil if the name is not known.
  package func number(_ valueName: String) -> Int32? {
    protobuf_c_enum_descriptor_get_value_by_name(descriptor, valueName)?.pointee.value
  }

  /// All values, in the order of their numbers.
  package var values: [(name: String, number: Int32)] {
    UnsafeBufferPointer(start: descriptor.pointee.values, count: Int(descriptor.pointee.n_values))
      .map { (String(cString: $0.name), $0.value) }
  }

  /// The names without their common prefix, in the order of their numbers: `PRIVATE` for `PROPAGATION_PRIVATE`.
  package var shortNames: [String] {
    let names = values.map(\.name)
    guard let first = names.first, names.count > 1 else { return names }
    // The prefix consists of whole words.
    let prefix = first.indices.filter { first[$0] == "_" }.map { String(first[...$0]) }
      .last { prefix in names.allSatisfy { $0.hasPrefix(prefix) } }
    return names.map { String($0.dropFirst(prefix?.count ?? 0)) }
  }

  /// The number of a value by its full or short name, ignoring case.
  func number(short name: String) -> Int32? {
    let name = name.uppercased()
    return zip(values, shortNames).first { $0.name.uppercased() == name || $1.uppercased() == name }?.0.number
  }
}
