import CRIPreflight
import CRIReport
import CRISnapshot
import Testing

/// What each version of containerd makes of its configuration files.
@Suite struct ContainerdConfigurationTests {
  private static func outcome(
    _ texts: [String], _ version: String, arguments: [String] = []
  ) throws -> ContainerdStart.Outcome {
    var configuration = ContainerdConfiguration(options: ContainerdOptions(arguments: arguments))
    for (index, text) in texts.enumerated() { _ = configuration.add(text, from: "/etc/\(index).toml") }
    return configuration.outcome(for: try #require(RuntimeVersion(version)))
  }

  private static func settings(_ texts: [String], _ version: String) throws -> ContainerdSettings {
    let outcome = try outcome(texts, version)
    guard case .settings(let settings) = outcome else {
      Issue.record("\(outcome)")
      return ContainerdSettings()
    }
    return settings
  }

  struct Refusal: Sendable {
    let text: String
    let refusing: [String]
    var accepting: [String] = []
  }

  private static let all = ["1.6.20", "1.7.28", "2.0.0", "2.2.0", "2.3.0", "2.4.0"]

  @Test(arguments: [
    Refusal(text: "version = 2\n[grpc\n", refusing: all), Refusal(text: "", refusing: [], accepting: all),
    Refusal(text: "root = \"/a\"\nroot = \"/b\"\n", refusing: all),
    Refusal(text: "version = \"2\"\n", refusing: all), Refusal(text: "disabled_plugins = \"cri\"\n", refusing: all),
    Refusal(text: "imports = \"a.toml\"\n", refusing: all), Refusal(text: "root = true\n", refusing: all),
    // The check of the newest version was added in 1.6.32 and 1.7.17.
    Refusal(
      text: "version = 3\n", refusing: ["1.6.32", "1.6.39", "1.7.17", "1.7.28"],
      accepting: ["1.6.20", "1.6.31", "1.7.16", "2.0.0", "2.4.0"]),
    Refusal(text: "version = 4\n", refusing: ["1.7.28", "2.0.0", "2.2.5"], accepting: ["1.6.20", "2.3.0", "2.4.0"]),
    Refusal(text: "version = 5\n", refusing: ["2.3.0", "2.4.0"], accepting: ["2.9.0"]),
    Refusal(
      text: "version = 2\n[plugins.cri]\n", refusing: ["1.6.20", "1.7.28"], accepting: ["2.0.0", "2.2.0", "2.3.0"]),
    // Without quotes, these are nested tables of the plugin "io".
    Refusal(
      text: "version = 2\n[plugins.io.containerd.grpc.v1.cri]\n", refusing: ["1.6.20", "1.7.28"],
      accepting: ["2.0.0"]),
    Refusal(text: "version = 2\ndisabled_plugins = [\"cri\"]\n", refusing: all),
    Refusal(text: "version = 2\nrequired_plugins = [\"cri\"]\n", refusing: all),
    Refusal(text: "disabled_plugins = [\"cri\"]\n[plugins.cri]\n", refusing: [], accepting: all),
    Refusal(
      text: "version = 2\ndisabled_plugins = [\"io.containerd.x\"]\n", refusing: ["1.6.20", "1.7.28"],
      accepting: ["2.0.0"]),
  ])
  func `a version exits because of some files and starts with others`(test: Refusal) throws {
    for version in test.refusing {
      guard case .refused(let fault) = try Self.outcome([test.text], version) else {
        Issue.record("\(version) does not start with \(test.text)")
        continue
      }
      #expect(ReportText.english.detail(.configuration(fault)).count > 10)
    }
    for version in test.accepting { _ = try Self.settings([test.text], version) }
  }

  @Test func `an error names its line`() throws {
    let outcome = try Self.outcome(["version = 2\n\n[grpc\n"], "1.7.28")
    guard case .refused(let fault) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(ReportText.english.detail(.configuration(fault)) == "/etc/0.toml:3: the section has no closing \"]\"")
  }

  @Test(arguments: ["[", "{a=", "[{a=["])
  func `values that contain each other too often are refused`(_ opening: String) throws {
    let outcome = try Self.outcome(["a = " + String(repeating: opening, count: 100_000)], "1.7.28")
    guard case .refused(let fault) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(ReportText.english.detail(.configuration(fault)).contains("more than 100 values contain each other"))
    let good = "a = " + String(repeating: "[", count: 100) + String(repeating: "]", count: 100) + "\nversion = 2\n"
    _ = try Self.settings([good], "1.7.28")
  }

  private static let older = "plugins.\"io.containerd.grpc.v1.cri\""
  private static let service = """
    [\(older)]
    sandbox_image = "pause:9"
    [\(older).cni]
    bin_dir = "/b"
    conf_dir = "/c"
    [\(older).containerd]
    default_runtime_name = "crun"
    [\(older).containerd.runtimes.crun.options]
    SystemdCgroup = true

    """

  @Test(arguments: ["1.6.20", "1.7.28", "2.0.0", "2.2.0", "2.3.0"])
  func `every version reads the settings in a file of version 2`(version: String) throws {
    let settings = try Self.settings(["version = 2\n" + Self.service], version)
    #expect(settings.pauseImage == "pause:9" && settings.networkDirectory == "/c")
    #expect(settings.pluginDirectories == ["/b"] && settings.defaultHandler == "crun")
    #expect(settings.handlers == ["runc", "crun"] && settings.usesSystemdCgroups && settings.ignoredTables.isEmpty)
  }

  @Test(arguments: [
    ("2.0.0", true), ("2.2.5", true), ("2.3.0", false), ("2.4.0", false),
  ]) func `the older table is lost in a file of version 3 until 2.3 converts it`(version: String, isLost: Bool) throws {
    let settings = try Self.settings(["version = 3\n" + Self.service], version)
    #expect(settings.pauseImage == (isLost ? nil : "pause:9"))
    #expect(settings.ignoredTables == (isLost ? ["io.containerd.grpc.v1.cri"] : []))
    let newest = try Self.settings(["version = 4\n" + Self.service], "2.4.0")
    #expect(newest.pauseImage == nil && newest.ignoredTables == ["io.containerd.grpc.v1.cri"])
  }

  @Test(arguments: [("1.7.28", false), ("2.0.0", true), ("2.2.0", true), ("2.3.0", false)])
  func `2.0 to 2.2 lose the settings in a file of version 1`(version: String, isLost: Bool) throws {
    for head in ["", "version = 1\n"] {
      let text = head + "[plugins.cri]\nsandbox_image = \"pause:9\"\n"
      let settings = try Self.settings([text], version)
      #expect(settings.pauseImage == (isLost ? nil : "pause:9"))
      #expect(settings.ignoredTables == (isLost ? ["cri"] : []))
    }
    let stream = try Self.settings(["[plugins.cri]\nstream_server_port = \"0\"\n"], version)
    #expect(stream.ignoredTables.isEmpty, "2.x still reads the settings for streams")
  }

  @Test func `the tables of version 3 are read`() throws {
    let text = """
      version = 3
      [plugins.'io.containerd.cri.v1.images'.pinned_images]
      sandbox = 'pause:9'
      [plugins.'io.containerd.cri.v1.runtime'.cni]
      bin_dirs = ['/a', '/b']
      conf_dir = '/c'
      [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.kata]
      runtime_type = 'io.containerd.kata.v2'
      """
    let settings = try Self.settings([text], "2.1.0")
    #expect(settings.pauseImage == "pause:9" && settings.pluginDirectories == ["/a", "/b"])
    #expect(settings.networkDirectory == "/c" && settings.handlers == ["runc", "kata"])
    // Before 1.6.32, containerd accepts the file, but does not know its tables.
    let old = try Self.settings([text], "1.6.20")
    #expect(old.pauseImage == nil)
    #expect(old.ignoredTables == ["io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime"])
  }

  @Test func `a later file replaces a plugin's table in 1.x and is merged in 2.x`() throws {
    let drop = "version = 2\n[\(Self.older).cni]\nconf_dir = \"/d\"\n"
    let older = try Self.settings(["version = 2\n" + Self.service, drop], "1.7.28")
    #expect(older.networkDirectory == "/d" && older.pauseImage == nil && older.defaultHandler == "runc")
    let newer = try Self.settings(["version = 2\n" + Self.service, drop], "2.2.0")
    #expect(newer.networkDirectory == "/d" && newer.pauseImage == "pause:9" && newer.defaultHandler == "crun")
  }

  @Test func `the older tables of 1.x define handlers`() throws {
    let text = """
      version = 2
      [\(Self.older).containerd.default_runtime]
      runtime_type = "io.containerd.runc.v2"
      [\(Self.older).containerd.default_runtime.options]
      SystemdCgroup = true
      [\(Self.older).containerd.untrusted_workload_runtime]
      runtime_type = ""
      """
    let settings = try Self.settings([text], "1.6.20")
    #expect(settings.defaultHandler == "default" && settings.handlers == ["runc", "default"])
    #expect(settings.usesSystemdCgroups)
  }

  @Test func `the command line overrides the files, and the last file wins`() throws {
    let files = ["root = \"/a\"\nstate = \"/s\"\n[grpc]\naddress = \"/x\"\n", "root = \"/b\"\nstate = \"\"\n"]
    let merged = try Self.settings(files, "1.7.28")
    #expect(merged.root == "/b" && merged.state == "/s" && merged.address == "/x")
    let outcome = try Self.outcome(
      files, "1.7.28", arguments: ["-a", "/y", "--root=/c", "-state", "/t", "--log-level", "x"])
    guard case .settings(let settings) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(settings.root == "/c" && settings.state == "/t" && settings.address == "/y")
    #expect(ContainerdOptions(arguments: ["-c", "/c.toml"]).namedFile == "/c.toml")
    #expect(ContainerdOptions(arguments: ["--config=/d.toml"]).namedFile == "/d.toml")
    #expect(ContainerdOptions().namedFile == nil)
  }

  @Test func `2.3 has the socket in the table of a plugin`() throws {
    let text = "version = 4\n[plugins.'io.containerd.server.v1.grpc']\naddress = '/x'\n"
    #expect(try Self.settings([text], "2.3.0").address == "/x")
    #expect(try Self.settings(["version = 3\n[grpc]\naddress = '/x'\n"], "2.3.0").address == "/x")
  }
}
