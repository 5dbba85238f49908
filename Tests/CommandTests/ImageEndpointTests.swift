import CRIMessages
import TestSupport
import Testing

@Suite("A separate socket for images")
struct ImageEndpointTests {
  @Test(
    "the image socket is enough for image commands, and their messages name it",
    arguments: [["images", "-q"], ["inspecti", "x", "-o", "jsonpath={.status.id}"]])
  func alone(command: [String]) async throws {
    let runtime = try TestRuntime { name, _ in
      switch name {
      case "ListImages": .message(ListImagesResponse(images: [Image(id: "sha256:i")]))
      case "ImageStatus": .message(ImageStatusResponse(image: Image(id: "sha256:i")))
      default: nil
      }
    }
    for options in [["-i", runtime.path], ["-i", runtime.path, "-r", "/nowhere"]] {
      let run = try await Tool.cri(options + ["-D"] + command)
      #expect(run.output == "sha256:i\n")
      #expect(
        run.errors.hasPrefix("cri: using unix://\(runtime.path) from --image-endpoint\ncri: runtime.v1.ImageService/"))
      #expect(run.code == 0)
    }
    let other = try await Tool.cri(command, environment: ["IMAGE_SERVICE_ENDPOINT": runtime.path])
    #expect(other.output == "sha256:i\n" && other.code == 0, "\(other.errors)")
  }

  @Test("the image socket alone is not enough for containers")
  func containers() async throws {
    let runtime = try TestRuntime(.listImages, ListImagesResponse())
    let run = try await Tool.cri(["-i", runtime.path, "-r", "/nowhere", "ps"])
    #expect(run.code == 3)
    #expect(run.errors.contains("/nowhere"))
  }
}
