// The sandbox as a newcomer meets it: one command, the story told, files that a script can use.

import ExchangeModel
import Foundation
import Gateway
import Testing
import Validation

extension GatehouseTests {
  @Suite("sandbox")
  struct SandboxTests {
    @Test("`sandbox --once` walks the exchange, tells it, and leaves a working folder")
    func once() async throws {
      let directory = SandboxDirectory()
      let arguments = ["sandbox", "--directory", directory.path, "--port", "0", "--once"]
      let started = ContinuousClock.now
      let end = try await GatehouseProcess.run(arguments)
      #expect(end.code == 0, "\(end.talk)")
      #expect(ContinuousClock.now - started < .seconds(30))
      #expect(end.out.isEmpty)
      for step in 1...6 { #expect(end.talk.contains("\n\(step). ")) }
      #expect(end.talk.contains("Exchanged and proved"))
      #expect(!end.talk.contains("\u{1B}["), "no colours when stderr is not a terminal")
      try checkFile(directory)
      // Again in the same folder, as after a reboot.
      let again = try await GatehouseProcess.run(arguments)
      #expect(again.code == 0, "\(again.talk)")
      let verified = try await GatehouseProcess.run(
        ["log", "verify", "--config", directory.config, "--json"])
      #expect(verified.code == 0, "\(verified.talk)")
      let root = try JSONDocument.parse(Array(verified.out.utf8)).root
      #expect(root["messages"]?.integer == 2)
      #expect(root["faults"]?.count == 0)
    }

    /// `sandbox.json` has the members of the contract, and its paths lead to files.
    private func checkFile(_ directory: SandboxDirectory) throws {
      let data = try #require(
        FileManager.default.contents(atPath: directory.path + "/sandbox.json"))
      let root = try JSONDocument.parse(Array(data)).root
      let api = try #require(root["api"]?.string)
      #expect(api.hasPrefix("https://localhost:"))
      #expect(root["admin"]?.string?.hasPrefix("http://127.0.0.1:") == true)
      #expect(root["ca"]?.string == "ca.pem")
      #expect((root["pid"]?.integer ?? 0) > 1)
      let parties = root["parties"].map { Array($0.elements) } ?? []
      #expect(parties.count >= 33)
      var roles: Set<String> = []
      for party in parties {
        #expect(party["urn"]?.string.flatMap { PartyURN($0) } != nil)
        #expect(party["name"]?.string?.isEmpty == false)
        roles.insert(try #require(party["role"]?.string))
        for member in ["profile", "certificate", "key"] {
          let file = directory.path + "/" + (try #require(party[member]?.string))
          #expect(FileManager.default.isReadableFile(atPath: file), "\(file)")
        }
        let key = directory.path + "/" + (party["key"]?.string ?? "")
        let mode = try FileManager.default.attributesOfItem(atPath: key)[.posixPermissions]
        #expect((mode as? Int) == 0o600)
        let profile = directory.path + "/" + (party["profile"]?.string ?? "")
        #expect(try ClientProfile(file: profile).url == api)
      }
      #expect(roles.count == 42, "\(roles.sorted())")
      let urns = Set(parties.compactMap { $0["urn"]?.string })
      for place in [
        "850:4321", "850:1101", "850:iss", "850:cme", "851:cme", "851:iss", "851:4551",
        "852:cme", "852:iss", "852:4651", "800:sps", "850:refuse-not-ours", "850:timeout",
        "850:tempfail", "850:slow",
      ] { #expect(urns.contains("urn:gatehouse:" + place), "\(place)") }
    }

    @Test("A port that is taken is said so, with exit 1")
    func portTaken() async throws {
      let directory = SandboxDirectory()
      let first = try GatehouseProcess(["sandbox", "--directory", directory.path, "--port", "0"])
      try await first.waitFor("Exchanged and proved")
      let data = try #require(
        FileManager.default.contents(atPath: directory.path + "/sandbox.json"))
      let api = try JSONDocument.parse(Array(data)).root["api"]?.string ?? ""
      let port = try #require(api.split(separator: ":").last)
      let other = SandboxDirectory()
      let second = try await GatehouseProcess.run(
        ["sandbox", "--directory", other.path, "--port", String(port), "--once"])
      #expect(second.code == 1)
      #expect(second.talk.contains("is port \(port) taken?"))
      #expect(!second.talk.contains("Swift/"), "no trap, no stack trace")
      first.send(signal: SIGTERM)
      #expect(try await first.wait().code == 0)
    }
  }
}
