// `gatehouse subject`: an export at the gateway's machine, a rectification from a party's side.

import Foundation
import Testing
import Validation

extension GatehouseTests {
  @Suite("subject")
  struct SubjectTests {
    private func file(_ text: String, in box: SandboxDirectory) throws -> String {
      let path = "\(box.path)/\(UUID().uuidString).json"
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      return path
    }

    @Test("An export is one document for a person to review, in a file of one's own")
    func export() async throws {
      let box = try await SandboxDirectory.make()
      // The sandbox's story sends the first of the examples.
      let examples = FewSchemas.path + "/messages/medical-referral/v1/examples/"
      let names = try FileManager.default.contentsOfDirectory(atPath: examples)
      let first = try #require(names.filter { $0.hasSuffix(".valid.xml") }.min())
      let twin = examples + first.replacing(".xml", with: ".json")
      let referral = try #require(FileManager.default.contents(atPath: twin))
      let named = try #require(try JSONDocument.parse(Array(referral)).root["data"]?["child"])
      var identifiers = JSONWriter()
      identifiers.beginObject()
      for name in ["surname", "forename", "dateOfBirth"] {
        identifiers.key(name)
        identifiers.string(try #require(named[name]?.string))
      }
      identifiers.endObject()
      let child = try file(String(decoding: identifiers.bytes, as: UTF8.self), in: box)
      let printed = try await GatehouseProcess.run(
        ["subject", "export", "--config", box.config, "--child", child])
      #expect(printed.code == 0, "\(printed.talk)")
      let root = try JSONDocument.parse(Array(printed.out.utf8)).root
      #expect(root["reviewBeforeRelease"]?.bool == true)
      #expect(root["producedFor"]?.string == "operator")
      let message = try #require(root["messages"]?.elements.first { _ in true })
      #expect(message["content"]?["child"]?["surname"]?.string == named["surname"]?.string)
      #expect(message["foundBy"]?.string == "name-and-date-of-birth")
      #expect(message["title"]?.string == "Medical referral")
      let output = box.path + "/export.json"
      let arguments = [
        "subject", "export", "--config", box.config, "--child", child, "--output", output,
      ]
      #expect(try await GatehouseProcess.run(arguments).code == 0)
      let permissions = try FileManager.default.attributesOfItem(atPath: output)[.posixPermissions]
      #expect((permissions as? Int) == 0o600)
      #expect(try await GatehouseProcess.run(arguments).code == 1, "a file is never overwritten")
      let verified = try await GatehouseProcess.run(["log", "verify", "--config", box.config])
      #expect(verified.code == 0, "\(verified.talk)")
    }

    @Test("Names alone, slips and missing files are refused with a remedy and no value")
    func refusals() async throws {
      let box = try await SandboxDirectory.make()
      for (text, words) in [
        (#"{"surname":"Samplesen","forename":"Ada"}"#, "Two children may share a name"),
        (#"{"upn":"A801200001001"}"#, "/upn: This is no upn"), ("{", "send it whole"),
      ] {
        let end = try await GatehouseProcess.run(
          ["subject", "export", "--config", box.config, "--child", try file(text, in: box)])
        #expect(end.code == 2)
        #expect(end.talk.contains(words), "\(end.talk)")
        #expect(!end.talk.contains("Samplesen") && !end.talk.contains("A801200001001"))
      }
      let missing = try await GatehouseProcess.run(
        ["subject", "export", "--config", box.config, "--child", "/nonexistent"])
      #expect(missing.code == 3)
    }
  }
}
