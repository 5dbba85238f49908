import CRIJSON
import CRISnapshot
import TestSupport
import Testing

/// The parts of `kubectl get pods -o json` that are read and those that are ignored.
@Suite struct PodSpecificationTests {
  private static let job = """
    {"apiVersion": "v1", "kind": "Pod",
     "metadata": {"name": "backup-x", "namespace": "ops", "uid": "u1", "annotations": {"secret": "hunter2"},
      "ownerReferences": [{"kind": "Other"}, {"kind": "Job", "controller": true}]},
     "spec": {"restartPolicy": "Never",
      "initContainers": [{"name": "setup", "args": ["hunter2"]}, {"name": "proxy", "restartPolicy": "Always"}],
      "containers": [{"name": "main", "env": [{"name": "TOKEN", "value": "hunter2"}]},
       {"name": "rules", "restartPolicy": "OnFailure", "restartPolicyRules": [
        {"action": "Restart", "exitCodes": {"operator": "In", "values": [3, 255, 1.5, "x", 99999999999]}},
        {"action": "RestartAllContainers", "exitCodes": {"operator": "NotIn", "values": [0]}},
        {"action": "Later", "exitCodes": {"operator": "Near", "values": [7]}}, {"action": "Restart"}]}],
      "ephemeralContainers": [{"name": "debug"}]}}
    """
  private static let mirror = """
    {"metadata": {"name": "etcd-node-1", "namespace": "kube-system", "uid": "u2",
      "annotations": {"kubernetes.io/config.mirror": "hash", "kubernetes.io/config.source": "file"}},
     "spec": {"containers": [{"name": "etcd"}]}}
    """
  private static let expected = PodSpecification(
    pod: PodName(namespace: "ops", name: "backup-x", uid: "u1"), owner: "Job", restartPolicy: .never,
    containers: [
      PodSpecification.Container("setup", .initial), PodSpecification.Container("proxy", .sidecar),
      PodSpecification.Container("main", .regular),
      PodSpecification.Container(
        "rules", .regular, restartPolicy: .onFailure,
        restartRules: [
          RestartRule(.restart, .isIn, [3, 255]), RestartRule(.restartAllContainers, .isNotIn, [0]),
          RestartRule(nil, nil, [7]), RestartRule(.restart, nil, []),
        ]),
    ])

  @Test func `policies, owners and the kinds of containers are read`() throws {
    #expect(PodSpecification.list(try JSON.parse(Self.job)) == [Self.expected])
    // A mirror pod represents the static pod that the runtime knows by its hash.
    let etcd = PodSpecification(
      pod: PodName(namespace: "kube-system", name: "etcd-node-1", uid: "hash"), source: "file", restartPolicy: .always,
      containers: [PodSpecification.Container("etcd", .regular)])
    // kubelet's own list has no mirror pods: the UID of a static pod is the hash, as in the runtime.
    let own = Self.mirror.replacing(#""uid": "u2""#, with: #""uid": "hash""#).replacing(
      "config.mirror", with: "config.hash")
    #expect(
      PodSpecification.list(try JSON.parse(#"{"kind": "PodList", "metadata": {}, "items": [\#(own)]}"#)) == [etcd])
    for kind in ["List", "PodList"] {
      let list = #"{"kind": "\#(kind)", "items": [\#(Self.job), \#(Self.mirror), {"kind": "Node"}, 7]}"#
      #expect(PodSpecification.list(try JSON.parse(list)) == [Self.expected, etcd])
    }
  }

  @Test(arguments: ["{}", "[]", "7", #"{"kind": "Deployment"}"#, #"{"kind": "Pod"}"#, #"{"kind": "List"}"#])
  func `anything else is refused`(text: String) throws { #expect(PodSpecification.list(try JSON.parse(text)) == nil) }

  @Test func `a snapshot keeps neither arguments nor environment variables`() throws {
    var snapshot = Snapshot.before
    snapshot.pods = PodSpecification.list(try JSON.parse(Self.job))
    #expect(!snapshot.json.text().contains("hunter2"))
    #expect(try Snapshot(json: snapshot.json) == snapshot)
  }

  @Test func `the rules of an older snapshot are uncertain`() throws {
    let container: JSON = ["name": "main", "kind": "regular", "restartPolicy": "Never", "hasRestartRules": true]
    guard case .object(var root) = Snapshot.before.json else { return #expect(Bool(false)) }
    root["pods"] = [
      [
        "namespace": "ops", "name": "x", "uid": "u", "restartPolicy": "Never", "containers": [container],
      ]
    ]
    let pods = try Snapshot(json: .object(root)).pods
    #expect(pods?.first?.containers.first?.restartRules == [RestartRule(nil, nil, [])])
  }
}
