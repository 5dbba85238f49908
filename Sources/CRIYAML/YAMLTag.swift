/// The tags of YAML's standard types.
enum YAMLTag {
  static let null = "tag:yaml.org,2002:null"
  static let bool = "tag:yaml.org,2002:bool"
  static let int = "tag:yaml.org,2002:int"
  static let float = "tag:yaml.org,2002:float"
  static let binary = "tag:yaml.org,2002:binary"
  static let merge = "tag:yaml.org,2002:merge"
}
