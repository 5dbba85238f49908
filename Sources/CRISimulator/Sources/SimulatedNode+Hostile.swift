internal import CRIMessages
internal import CRIProtobuf

/// Objects that no runtime should return, but that a client must survive.
extension SimulatedNode {
  /// Adds pods, containers and an image that are invalid in every way that the wire format permits.
  package mutating func addHostile() {
    let hostileText =
      "\u{1b}]0;owned\u{7}\u{1b}[31mred\r\nnew line\ttab\u{0}nul \u{202e}gnp.exe\u{200b}\u{fe0f} 👩‍👩‍👧 \u{85}"
    let id = Identifier.make("hostile")
    var bare = PodSandbox(id: id)
    bare.state = PodSandboxState(rawValue: 42)
    bare.createdAt = Timestamp(nanoseconds: -1)
    var status = PodSandboxStatus(id: id, state: bare.state, createdAt: Timestamp(nanoseconds: .min))
    status.network = PodSandboxNetworkStatus(ip: "not-an-ip\n", additionalIPs: [PodIP(), PodIP(ip: hostileText)])
    sandboxes[id] = SimulatedSandbox(
      item: bare, response: PodSandboxStatusResponse(status: status),
      verboseInfo: ["info": "{not json", hostileText: hostileText])

    var metadata = PodSandboxMetadata(name: hostileText, uid: hostileText, namespace: hostileText, attempt: .max)
    // Repeat field 1 with bytes that are not valid UTF-8.
    metadata.unknownFields = UnknownFields(bytes: [0x0a, 4, 0xff, 0xfe, 0xc0, 0x80])
    var loud = makeSandbox(
      metadata, labels: [hostileText: hostileText, "": ""], annotations: [hostileText: ""], options: NamespaceOption(),
      ips: [hostileText], handler: hostileText, createdAt: Timestamp(nanoseconds: .max), id: hostileText)
    loud.status.linux?.namespaces?.options?.network = NamespaceMode(rawValue: -7)
    loud.verboseInfo = ["info": String(repeating: "[", count: 10_000)]
    sandboxes[loud.id] = loud
    // This sandbox is in the list, but has no status.
    let hollow = Identifier.make("hollow")
    sandboxes[hollow] = SimulatedSandbox(item: PodSandbox(id: hollow), response: PodSandboxStatusResponse())

    for (number, sandbox) in [id, hostileText, "no such sandbox", ""].enumerated() {
      var item = Container(id: Identifier.make("hostile container \(number)"), podSandboxID: sandbox)
      item.state = ContainerState(rawValue: Int32(number) * 1000 - 1)
      item.createdAt = Timestamp(nanoseconds: number % 2 == 0 ? -1_000_000_000 : .max)
      if number > 0 { item.metadata = ContainerMetadata(name: hostileText, attempt: .max) }
      var response = ContainerStatusResponse()
      if number > 1 {
        response.status = ContainerStatus(
          id: item.id, metadata: item.metadata, state: item.state, startedAt: Timestamp(nanoseconds: .max),
          finishedAt: Timestamp(nanoseconds: .min), exitCode: .min, reason: hostileText, message: hostileText,
          logPath: hostileText)
      }
      containers[item.id] = SimulatedContainer(item: item, response: response, verboseInfo: ["info": hostileText])
    }
    let image = Image(
      id: hostileText, repoTags: [hostileText, "", "no-tag"], repoDigests: ["@", ""], size: .max, username: hostileText)
    images[image.id] = SimulatedImage(item: image, response: ImageStatusResponse(image: image))
    isChanged = true
  }
}
