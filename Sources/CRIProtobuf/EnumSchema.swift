internal import CRIProtobufC

/// An enum's names and numbers. (`@unchecked`: the pointer is to a constant of the program.)
package struct EnumSchema: @unchecked Sendable {
  private let descriptor: UnsafePointer<ProtobufCEnumDescriptor>

  init(_ descriptor: UnsafePointer<ProtobufCEnumDescriptor>) { self.descriptor = descriptor }

  /// Without its package: `ContainerState`.
  package var name: String { String(cString: descriptor.pointee.short_name) }

  package func valueName(_ number: Int32) -> String? {
    protobuf_c_enum_descriptor_get_value(descriptor, number).map { String(cString: $0.pointee.name) }
  }

  package func number(_ valueName: String) -> Int32? {
    protobuf_c_enum_descriptor_get_value_by_name(descriptor, valueName)?.pointee.value
  }

  /// By number.
  package var values: [(name: String, number: Int32)] {
    UnsafeBufferPointer(start: descriptor.pointee.values, count: Int(descriptor.pointee.n_values))
      .map { (String(cString: $0.name), $0.value) }
  }
}
