import CRIProtobuf
import CRISnapshot
import TestSupport
import Testing

/// The runtimes' verbose responses, converted to a common form.
@Suite struct SandboxFactsTests {
  @Test(arguments: Recording.runtimes.prefix(3)) func `containerd's facts are read`(runtime: String) throws {
    let snapshot = try Snapshot.recorded(runtime, .before)
    for record in snapshot.sandboxes {
      #expect((record.facts.pid != nil) == record.isReady)
      #expect(record.facts.runtimeHandler == nil)
      if record.isHostNetwork {
        #expect(record.facts.networkNamespace == nil)
        #expect(record.facts.interfaces == nil)
      } else {
        #expect(record.facts.networkNamespace?.hasPrefix("/var/run/netns/cni-") == true)
        #expect(record.facts.isNetworkNamespaceClosed == !record.isReady)
        let addresses = record.facts.interfaces?.first { $0.name == "eth0" }?.addresses
        if record.isReady { #expect(addresses == record.addresses) }
        #expect(record.facts.interfaces?.map(\.name) == record.facts.interfaces?.map(\.name).sorted())
      }
    }
  }

  @Test func `containerd 1.6.12 has lost the CNI result too`() throws {
    for record in try Snapshot.recorded("containerd-1.6.12", .after).sandboxes {
      #expect(record.facts.interfaces == nil)
    }
  }

  @Test func `CRI-O's facts are read from annotations`() throws {
    for moment in [Recording.Moment.before, .after] {
      for record in try Snapshot.recorded("cri-o-1.37", moment).sandboxes where record.isReady {
        #expect(record.facts.isNetworkNamespaceClosed == nil)
        #expect(record.facts.runtimeHandler == "")
        if record.isHostNetwork { continue }
        #expect(record.facts.networkNamespace?.contains("netns") == true)
        #expect(record.facts.interfaces?.first { $0.name == "eth0" }?.addresses == record.addresses)
      }
    }
  }

  @Test func `a dropped pause process of CRI-O is recognised`() throws {
    let ready = try Snapshot.recorded("cri-o-1.37", .before).sandboxes.filter(\.isReady)
    #expect(ready.contains { $0.facts.pid == nil })
    #expect(ready.contains { $0.facts.pid != nil })
  }

  @Test func `the path of a pod with user namespaces comes from containerd's metadata`() throws {
    let facts = try #require(
      SandboxFacts(info: [
        "info": """
        {"pid": 7, "runtimeSpec": {"linux": {"namespaces": [{"type": "user"}, {"type": "network"}]}},
         "sandboxMetadata": {"Version": "v1", "Metadata": {"NetNSPath": "/run/netns/u"}}}
        """
      ]))
    #expect(facts.networkNamespace == "/run/netns/u")
    #expect(facts.pid == 7)
  }

  @Test(arguments: [#"{"cniResult": null}"#, #"{"cniResult": {"Interfaces": null}}"#, "{}"])
  func `a missing CNI result is nil, not empty`(text: String) throws {
    #expect(try #require(SandboxFacts(info: ["info": text])).interfaces == nil)
  }

  @Test(arguments: [("unknown", true), ("running", false), ("deleted", false), ("", false)])
  func `a shim that does not respond is recognised`(state: String, isSilent: Bool) throws {
    let facts = try #require(SandboxFacts(info: ["info": #"{"pid": 7, "processStatus": "\#(state)"}"#]))
    #expect(facts.isShimSilent == isSilent)
  }

  @Test func `newer keys in a CNI result are ignored`() throws {
    func facts(_ more: String) -> SandboxFacts? {
      SandboxFacts(info: [
        "info": """
        {"cniResult": {"Interfaces": {"lo": {"IPConfigs": [{"IP": "127.0.0.1", "Gateway": ""}], "Mac": "00"},
          "eth0": {"IPConfigs": [{"IP": "10.0.0.2"}, {"IP": "fd00::2"}], "Mac": "aa", "Sandbox": "/n"\(more)}}}}
        """
      ])
    }
    let plain = try #require(facts(""))
    #expect(plain == facts(#", "PciID": "", "SocketPath": """#))
    #expect(
      plain.interfaces == [
        NetworkInterface(name: "eth0", mac: "aa", sandbox: "/n", addresses: ["10.0.0.2", "fd00::2"]),
        NetworkInterface(name: "lo", mac: "00", sandbox: "", addresses: ["127.0.0.1"]),
      ])
  }

  @Test func `the addresses in a CNI result belong to interfaces by index`() throws {
    let result = #"""
      {\"interfaces\":[{\"name\":\"br0\",\"mac\":\"11\"},{\"name\":\"eth0\",\"mac\":\"22\",\"sandbox\":\"/n\"}],
       \"ips\":[{\"address\":\"10.1.0.2/16\",\"interface\":1},{\"address\":\"fd00::2/64\",\"interface\":1},{\"address\":\"9.9.9.9/8\"}]}
      """#.replacing("\n", with: "")
    let facts = try #require(
      SandboxFacts(info: [
        "info": #"{"runtimeSpec": {"annotations": {"io.kubernetes.cri-o.CNIResult": "\#(result)"}}}"#
      ]))
    #expect(
      facts.interfaces == [
        NetworkInterface(name: "br0", mac: "11", sandbox: "", addresses: []),
        NetworkInterface(name: "eth0", mac: "22", sandbox: "/n", addresses: ["10.1.0.2", "fd00::2"]),
      ])
  }

  @Test(arguments: ["{", "hello", "{\"pid\":"]) func `invalid JSON differs from a missing string`(text: String) {
    #expect(SandboxFacts(info: ["info": text]) == nil)
    #expect(ContainerRecord.pid(info: ["info": text]) == nil)
  }

  @Test(
    arguments: [[:], ["info": ""], ["other": "{"], ["info": "null"], ["info": "[]"], ["info": "{}"]] as [StringMap])
  func `an empty info has no facts`(info: StringMap) {
    #expect(SandboxFacts(info: info) == SandboxFacts())
    #expect(ContainerRecord.pid(info: info) == nil)
  }

  @Test(arguments: [("0", nil), ("-1", nil), ("\"7\"", nil), ("4294967296", nil), ("7", 7)] as [(String, Int32?)])
  func `a pid is a positive number`(text: String, pid: Int32?) {
    let info: StringMap = ["info": #"{"pid": \#(text)}"#]
    #expect(SandboxFacts(info: info)?.pid == pid)
    #expect(ContainerRecord.pid(info: info) == pid)
  }

  @Test func `the zeroed response of containerd 2.3 without verbose looks like a loss`() throws {
    // This is why a snapshot requests the verbose response.
    let facts = try #require(
      SandboxFacts(info: ["info": #"{"pid":0,"processStatus":"","netNamespaceClosed":false,"cniResult":null}"#]))
    #expect(facts.pid == nil && facts.interfaces == nil)
  }
}
