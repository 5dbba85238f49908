internal import CRIJSON
internal import CRIMessages
internal import CRIProtobuf

/// Changes the JSON of a recorded `info`. Text that is not JSON is left unchanged.
extension StringMap {
  mutating func editInfo(_ change: (inout JSON) -> Void) {
    guard let text = self["info"], var document = try? JSON.parse(text) else { return }
    change(&document)
    self["info"] = document.text()
  }
}

extension SimulatedSandbox {
  mutating func editInfo(_ change: (inout JSON) -> Void) { verboseInfo?.editInfo(change) }
}

extension SimulatedContainer {
  mutating func editInfo(_ change: (inout JSON) -> Void) { verboseInfo?.editInfo(change) }
}

extension JSON {
  init(_ map: StringMap) { self = .object(JSONObject(map.map { (key: $0.key, value: JSON($0.value)) })) }
}
