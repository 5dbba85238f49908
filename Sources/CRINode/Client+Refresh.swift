package import CRI
package import CRISnapshot
internal import CRIMessages
internal import CRIProtobuf
internal import CRISystem

/// What to read to bring a snapshot up to date.
package struct SnapshotRefresh: Hashable, Sendable {
  /// The IDs of objects whose details are read even if the lists show no difference.
  package var changed: Set<String>
  /// The maximum number of objects whose details are read.
  package var limit: Int
  /// Whether to also read the images, the runtime's conditions, and everything that the kernel and CNI know.
  package var isThorough: Bool

  package init(changed: Set<String> = [], limit: Int = .max, isThorough: Bool = false) {
    self.changed = changed
    self.limit = limit
    self.isThorough = isThorough
  }
}

/// A snapshot that was brought up to date.
package struct RefreshedSnapshot: Hashable, Sendable {
  package var snapshot: Snapshot
  /// The number of objects that were added or removed, or whose state had changed.
  package var changeCount: Int
  /// The number of objects whose details were not read because of the limit.
  package var postponedCount: Int
}

extension Client {
  /// Brings a snapshot up to date: reads the lists, and the details of the objects that have changed since.
  ///
  /// - Parameter observed: The reader of the node's own state; nil to use only the runtime's responses.
  /// - Returns: nil if the process that responded is not the one in the snapshot, because its state must be verified
  ///   first.
  /// - Throws: An error if the lists could not be read or the runtime went away.
  package func refresh(
    _ snapshot: Snapshot, _ request: SnapshotRefresh, observed: NodeObserver? = NodeObserver()
  ) async throws(RPCError) -> RefreshedSnapshot? {
    let asked = Kernel.ticks
    let listing = sharing(budgetForLists())
    let sandboxes = try await listing.runtime.podSandboxes()
    let containers = try await listing.runtime.containers()
    let order = sandboxes.map(\.id) + containers.map(\.id)
    guard order.firstDuplicate == nil, order.count <= Snapshot.maximumCount else {
      let method = Method<ListContainersRequest, ListContainersResponse>.listContainers
      throw .undecodable(method: method.path(negotiatedVersion ?? .v1), reason: "the lists are not usable")
    }
    let changes = ListedChanges(
      since: snapshot, sandboxes: sandboxes, containers: containers, changed: request.changed, limit: request.limit)
    var updated = snapshot
    let reader = ObjectReader(client: sharing(budgetForDetails(retainedPerResponse: ObjectReader.keptPerObject)))
    var (newSandboxes, newContainers, unread): ([SandboxRecord], [ContainerRecord], [Unchecked]) = ([], [], [])
    // The calls are made one after another, because the result is not urgent and the runtime has other work.
    for item in changes.sandboxes {
      do throws(RPCError) {
        if let record = try await reader.existingRecord(item) { newSandboxes.append(record) }
      } catch {
        if error.meansRuntimeIsGone { throw error }
        unread.append(
          .details(
            ObjectName(.pod, pod: PodName(item.metadata), id: item.id), isLive: item.state == .ready,
            UnknownReason(.callFailed, message: "\(error)")))
      }
    }
    let pods = Dictionary(sandboxes.map { ($0.id, PodName($0.metadata)) }) { first, _ in first }
    for item in changes.containers {
      do throws(RPCError) {
        if let record = try await reader.existingRecord(item) { newContainers.append(record) }
      } catch {
        if error.meansRuntimeIsGone { throw error }
        let name = ObjectName(
          .container, pod: pods[item.podSandboxID], name: item.metadata?.name ?? "", id: item.id)
        unread.append(
          .details(name, isLive: item.state == .running, UnknownReason(.callFailed, message: "\(error)")))
      }
    }
    if request.isThorough {
      updated.runtime.conditions = (try await runtime.status().status?.conditions ?? []).sorted { $0.type < $1.type }
      do throws(RPCError) {
        updated.images = try await images.images().merged
        updated.unchecked.removeAll { $0.subject == .images }
      } catch {
        if error.meansRuntimeIsGone { throw error }
        updated.unchecked.removeAll { $0.subject == .images }
        updated.unchecked.append(.images(UnknownReason(.callFailed, message: "\(error)")))
      }
    }
    if let observed, !request.isThorough {
      (newSandboxes, newContainers) = await observe(
        newSandboxes, newContainers, in: snapshot, with: observed, askedAt: asked)
    }
    updated.update(changes, sandboxes: newSandboxes, containers: newContainers, unread: unread, order: order)
    if let observed, request.isThorough { updated = await observeAll(of: updated, with: observed, askedAt: asked) }
    if snapshot.daemon.wasReplaced(by: Daemon(socket: endpoint.path, peer: peer)) == true { return nil }
    updated.taken = Timestamp(nanoseconds: Kernel.now)
    return RefreshedSnapshot(
      snapshot: updated, changeCount: changes.count, postponedCount: changes.postponed.count)
  }

  /// Adds what the kernel and CNI know about new records.
  private func observe(
    _ sandboxes: [SandboxRecord], _ containers: [ContainerRecord], in snapshot: Snapshot, with observer: NodeObserver,
    askedAt: UInt64
  ) async -> ([SandboxRecord], [ContainerRecord]) {
    guard !sandboxes.isEmpty || !containers.isEmpty else { return (sandboxes, containers) }
    var part = snapshot
    part.sandboxes = sandboxes
    part.containers = containers
    var reader = observer
    reader.includesNode = false
    return await onThread { [part, reader] in
      var observed = part
      reader.addObservations(to: &observed, askedAt: askedAt, configuration: nil)
      return (observed.sandboxes, observed.containers)
    }
  }

  /// Reads everything that the kernel and CNI know. The OCI runtimes are kept, because their programs would have to be
  /// run.
  private func observeAll(of snapshot: Snapshot, with observer: NodeObserver, askedAt: UInt64) async -> Snapshot {
    var reader = observer
    reader.runsPrograms = false
    return await onThread { [reader] in
      var observed = snapshot
      let runtimes = snapshot.observed?.ociRuntimes
      reader.addObservations(to: &observed, askedAt: askedAt, configuration: nil)
      observed.observed?.ociRuntimes = runtimes
      observed.unchecked = snapshot.unchecked.filter(\.isRequired) + observed.unknownObservations
      return observed
    }
  }

  /// The runtime's process, as the socket and the kernel report it. It makes one call.
  package func daemon() async throws(RPCError) -> Daemon {
    _ = try await runtime.version()
    return Daemon(socket: endpoint.path, peer: peer)
  }
}
