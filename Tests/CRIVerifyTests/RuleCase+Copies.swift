import CRIMessages
import CRIProtobuf
import CRIRules
import CRISnapshot
import TestSupport

/// Containers that run twice or without their sandbox, and pods that had ended before the change.
extension RuleCase {
  static let copies: [RuleCase] = [
    .fires("runtime.orphan", "kubelet starts the pod again beside an old orphan", "not listed") { before, after in
      addOldOrphan(&before, &after, of: "uid-unlisted")
    },
    .staysSilent("runtime.orphan", "kubelet has started the pod again already") { before, after in
      addOldOrphan(&before, &after, of: before.sandboxes[0].status.metadata?.uid)
    },
    .fires("runtime.orphan", "kubelet starts a container of a ready pod again beside an old orphan") { before, after in
      addOldOrphan(&before, &after, of: before.sandboxes[0].status.metadata?.uid, container: "lost")
    },
    .staysSilent("runtime.orphan", "kubelet has started the container again already") { before, after in
      addOldOrphan(
        &before, &after, of: before.sandboxes[0].status.metadata?.uid, container: before.containers[0].name)
    },
    .staysSilent("runtime.orphan", "the pod of the old orphan is unknown") { before, after in
      addOldOrphan(&before, &after, of: nil)
    },
    .fires("container.several-running", "a second copy runs in the sandbox", "1 running", "2 running") { _, after in
      addTwin(&after)
    },
    .fires("container.several-running", "the older copy runs in a sandbox that is not ready") { before, after in
      after.sandboxes[0].status.state = .notReady
      var next = before.successor(of: 0)
      next.status.state = .ready
      after.sandboxes.append(next)
      addTwin(&after, in: next.id)
    },
    .fires("container.several-running", "a copy is left after a wipe", in: .wipe) { before, after in
      addTwin(&before)
      before.containers[before.containers.count - 1].status.state = .exited
      addTwin(&after)
    },
    .staysSilent("container.several-running", "it was so before the change") { before, after in
      addTwin(&before)
      addTwin(&after)
    },
    .staysSilent("container.several-running", "the older attempt has exited") { _, after in
      addTwin(&after)
      after.containers[0].status.state = .exited
    },
    .staysSilent("container.several-running", "two ready sandboxes are reported instead") { before, after in
      let next = before.successor(of: 0)
      after.sandboxes.append(next)
      addTwin(&after, in: next.id)
    },

    .fires("container.without-sandbox", "its sandbox was never listed", "none", "none") { _, after in
      addTwin(&after, in: "sandbox-x")
    },
    .fires("container.without-sandbox", "an old container runs after a wipe", in: .wipe) { before, after in
      after.sandboxes.removeAll { $0.id == before.sandboxes[0].id }
      after.containers.append(before.containers[0])
      after.containers[after.containers.count - 1].sandboxID = "sandbox-x"
    },
    .staysSilent("container.without-sandbox", "it was so before the change") { before, after in
      addTwin(&before, in: "sandbox-x")
      addTwin(&after, in: "sandbox-x")
    },
    .staysSilent("container.without-sandbox", "the missing pod is reported instead") { $1.sandboxes.removeFirst() },
    .staysSilent("container.without-sandbox", "it was created a moment ago") { _, after in
      addTwin(&after, in: "sandbox-x")
      after.containers[after.containers.count - 1].status.createdAt = after.taken
    },

    .fires("pod.ended-already", "its sandbox is stopped", "ready", "not ready") { before, after in
      end(&before, &after)
      after.sandboxes[0].status.state = .notReady
    },
    .fires("pod.ended-already", "its records are gone", "ready", "gone") { before, after in
      end(&before, &after)
      forget(&after)
    },
    .fires("pod.ended-already", "the node was rebooted", in: .reboot) { before, after in
      end(&before, &after)
      after.sandboxes[0] = before.sandboxes[0]
      after.sandboxes[0].status.state = .notReady
    },
    .staysSilent("pod.ended-already", "a container was running") { before, after in
      end(&before, &after)
      before.containers[0].status.state = .running
      after.sandboxes[0].status.state = .notReady
    },
    .staysSilent("pod.ended-already", "its policy restarts the containers") { before, after in
      end(&before, &after, .always)
      after.sandboxes[0].status.state = .notReady
    },
    .staysSilent("pod.ended-already", "its policy is unknown") { before, after in
      end(&before, &after)
      before.pods = nil
      after.sandboxes[0].status.state = .notReady
    },
    .staysSilent("pod.ended-already", "a container could not be read") { before, after in
      end(&before, &after)
      let object = ObjectName(.container, pod: before.sandboxes[0].pod, name: "other", id: "x")
      before.unchecked = [Unchecked.details(object, isLive: true, "no")]
      after.sandboxes[0].status.state = .notReady
    },
    .staysSilent("pod.state", "the pod had ended before the change") { before, after in
      end(&before, &after)
      after.sandboxes[0].status.state = .notReady
    },
    .staysSilent("pod.missing", "the pod had ended before the change") { before, after in
      end(&before, &after)
      forget(&after)
    },
    .staysSilent("pod.ended", "the pod had ended before the reboot, so nothing was cut off", in: .reboot) {
      before, after in
      end(&before, &after)
      after.sandboxes[0] = before.sandboxes[0]
      after.sandboxes[0].status.state = .notReady
    },
    .staysSilent("pod.successor", "the pod had completed before the reboot", in: .reboot) { before, after in
      end(&before, &after, .onFailure)
      after.sandboxes[0] = before.sandboxes[0]
      after.sandboxes[0].status.state = .notReady
    },
    .staysSilent("container.forgotten", "the API server has the status of the ended pod") { before, after in
      end(&before, &after)
      after.containers.remove(at: 1)
    },
    .fires("container.forgotten", "a static pod that had ended, of which a record is left") { before, after in
      end(&before, &after, source: "file")
      after.containers.remove(at: 1)
    },
    .fires("pod.runs-again", "a static pod had ended in a ready sandbox, and has no record left", "sandbox-web", "none")
    {
      before, after in
      end(&before, &after, source: "file")
      forget(&after)
    },
    .fires("pod.runs-again", "a static pod had ended with its init container, and has no record left") {
      before, after in
      end(&before, &after, source: "file")
      before.containers[0].status.exitCode = 255
      before.containers.remove(at: 1)
      before.pods = [
        PodSpecification(
          pod: before.sandboxes[0].pod, restartPolicy: .never,
          containers: [PodSpecification.Container("nginx", .initial), PodSpecification.Container("job", .regular)])
      ]
      forget(&after)
    },
    .staysSilent("pod.runs-again", "its failed init container is started again") { before, after in
      end(&before, &after, .onFailure, source: "file")
      before.containers[0].status.exitCode = 255
      before.containers.remove(at: 1)
      before.pods = [
        PodSpecification(
          pod: before.sandboxes[0].pod, restartPolicy: .onFailure,
          containers: [PodSpecification.Container("nginx", .initial), PodSpecification.Container("job", .regular)])
      ]
      forget(&after)
    },
    .fires("pod.runs-again", "a pod that had ended has a new sandbox") { before, after in
      end(&before, &after)
      after.sandboxes[0] = before.successor(of: 0, seconds: 20_000)
    },
  ]

  /// Adds a running copy of the first container.
  private static func addTwin(_ snapshot: inout Snapshot, in sandbox: String? = nil) {
    guard let index = snapshot.containers.firstIndex(where: { $0.name == "nginx" }) else { return }
    var twin = snapshot.containers[index]
    twin.status.id = "container-twin"
    twin.status.state = .running
    twin.sandboxID = sandbox ?? twin.sandboxID
    snapshot.containers.append(twin)
  }

  /// Ends all containers of the first pod before the change; its sandbox stays ready.
  private static func end(
    _ before: inout Snapshot, _ after: inout Snapshot, _ policy: RestartPolicy = .never, source: String = "api"
  ) {
    for index in [0, 1] {
      before.containers[index].status.state = .exited
      before.containers[index].status.exitCode = 0
      if after.containers.count > index, after.containers[index].id == before.containers[index].id {
        after.containers[index].status = before.containers[index].status
      }
    }
    before.sandboxes[0].status.annotations["kubernetes.io/config.source"] = source
    after.sandboxes[0].status.annotations["kubernetes.io/config.source"] = source
    before.pods = [
      PodSpecification(
        pod: before.sandboxes[0].pod, restartPolicy: policy,
        containers: ["nginx", "job"].map { PodSpecification.Container($0, .regular) })
    ]
  }

  /// Removes the records of the first pod.
  private static func forget(_ after: inout Snapshot) {
    let id = after.sandboxes.removeFirst().id
    after.containers.removeAll { $0.sandboxID == id }
  }

  /// Adds an orphan that existed before the change, of a pod for which kubelet still has a directory.
  private static func addOldOrphan(
    _ before: inout Snapshot, _ after: inout Snapshot, of uid: String?, container: String? = nil
  ) {
    addObservations(&before, &after)
    after.observed?.orphans = .known([
      Orphan(
        kind: container == nil ? .shim : .container, id: "x", pid: 50, startTime: 1, processes: [51], podUID: uid,
        container: container)
    ])
    after.observed?.kubelet?.podDirectories = .known(Set([uid].compactMap(\.self)))
    before.observed = after.observed
  }
}
