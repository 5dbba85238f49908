internal import CRI
internal import CRIJSON

/// The JSON schemas of pod files and container files, as text.
enum SchemaText {
  /// Whether a word in place of a file asks for the schema, as in crictl; a file with that name is `./js`.
  static func isRequested(_ word: String) -> Bool { word == "jsonschema" || word == "js" }

  static var pod: String {
    text(
      PodSandboxConfig.schema,
      required: ["PodSandboxConfig": ["metadata"], "PodSandboxMetadata": ["name", "namespace"]])
  }

  static var container: String {
    text(
      ContainerConfig.schema,
      required: ["ContainerConfig": ["metadata", "image"], "ContainerMetadata": ["name"]])
  }

  private static func text(_ schema: MessageSchema, required: [String: [String]]) -> String {
    schema.jsonSchema(required: required).text(pretty: true) + "\n"
  }
}
