internal import CRI
internal import CRICommandLine
internal import CRIJSON
internal import CRISystem
internal import CRIYAML

/// The files that describe a pod or a container, in YAML or JSON.
enum ConfigFile {
  /// The configuration from which a sandbox is created. Its uid may be empty.
  /// - Parameter isStrict: Whether an unknown field is an error. Otherwise, it is reported and ignored, because crictl
  ///   ignores it.
  static func pod(_ path: String, isStrict: Bool = false) throws -> PodSandboxConfig {
    let config: PodSandboxConfig = try read(path, isStrict)
    try require(
      path, "a pod", ["metadata.name": config.metadata?.name, "metadata.namespace": config.metadata?.namespace])
    return config
  }

  /// The configuration from which a container is created. The runtime checks the image's signature by the name that the
  /// user specified.
  /// - Parameter isStrict: Whether an unknown field is an error.
  static func container(_ path: String, isStrict: Bool = false) throws -> ContainerConfig {
    var config: ContainerConfig = try read(path, isStrict)
    try require(path, "a container", ["metadata.name": config.metadata?.name, "image.image": config.image?.image])
    if let image = config.image, image.userSpecifiedImage.isEmpty { config.image?.userSpecifiedImage = image.image }
    return config
  }

  private static func read<M: CMessage>(_ path: String, _ isStrict: Bool) throws -> M {
    let bytes: [UInt8]
    do throws(FileError) {
      let deadline = Globals.current.timeout.map { ContinuousClock.now + $0 }
      bytes = try File.readNamed(path, limit: 16 << 20, deadline: deadline)
    } catch {
      throw Failure(.usage, "\(path) cannot be read: \(error)")
    }
    let document = try document(bytes, path)
    let message: M
    var ignored: IgnoredFields? = isStrict ? nil : IgnoredFields()
    do throws(MessageJSONError) {
      message = try M(json: document, .handwritten, ignored: &ignored)
    } catch {
      if error.path.isEmpty {
        throw Failure(.usage, "\(path) is not a mapping of fields to values; see \(Self.schema)")
      }
      throw Failure(.usage, "\(path): \(error)")
    }
    if CrictlBehaviour.silentFields.isActive { return message }
    let warnings = WarningList()
    for field in ignored?.first ?? [] { try warnings.write("\(path): ignored \(field)") }
    warnings.end(and: ignored?.others ?? 0)
    return message
  }

  private static let schema = "cri run jsonschema --pod --container"

  private static func document(_ bytes: [UInt8], _ path: String) throws -> JSON {
    // YAML does not have all of JSON's escapes.
    if bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{"), let document = try? JSON.parse(bytes) { return document }
    let documents: [JSON]
    do throws(YAMLError) {
      documents = try YAML.parseAll(bytes)
    } catch {
      throw Failure(.usage, "\(path) is neither YAML nor JSON: \(error)")
    }
    guard let first = documents.first, !first.isNull else { throw Failure(.usage, "\(path) is empty; see \(schema)") }
    if documents.count > 1 {
      let text = "\(path) has \(documents.count) documents; only the first one is read"
      try StandardStream.error.write(Failure(.done, text).line)
    }
    return first
  }

  private static func require(_ path: String, _ noun: String, _ fields: KeyValuePairs<String, String?>) throws {
    for (name, value) in fields where value?.isEmpty ?? true {
      throw Failure(
        .usage, "\(path): \(name) is missing; \(noun) needs \(fields.map(\.key).joined(separator: " and "))")
    }
  }
}
