// The small parts of the door: gzip, ranges, filters, versions, kept fields, settings.

import ExchangeModel
import Foundation
import Testing
import Validation

@testable import Gateway

@Suite("MESH parts")
struct MeshPartsTests {
  /// `gzip.compress(b"hello", mtime=0)` of Python.
  private static let hello: [UInt8] = [
    0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xFF, 0xCB, 0x48, 0xCD, 0xC9, 0xC9,
    0x07, 0x00, 0x86, 0xA6, 0x10, 0x36, 0x05, 0x00, 0x00, 0x00,
  ]

  @Test func gzipThereAndBack() throws {
    #expect(try Gunzip.content(of: Self.hello, limit: 5) == Array("hello".utf8))
    for count in [0, 1, 1000, 300_000] {
      let bytes = seededBytes(count, seed: UInt64(count))
      let packed = try #require(Gzip.member(of: bytes))
      #expect(try Gunzip.content(of: packed, limit: count) == bytes)
      // One member after another is one content, however it is cut.
      let gunzip = try Gunzip()
      var made: [UInt8] = []
      for byte in packed + packed { try gunzip.take([byte]) { made += $0 } }
      try gunzip.finish()
      #expect(made == bytes + bytes)
    }
  }

  @Test func gzipThatIsNone() throws {
    let bomb = try #require(Gzip.member(of: [UInt8](repeating: 0, count: 1 << 20)))
    #expect(bomb.count < 2000)
    #expect(throws: GzipFault.tooLarge) { try Gunzip.content(of: bomb, limit: 1 << 16) }
    for bytes in [
      Array(Self.hello.dropLast()), Array("hello".utf8), Self.hello + [1, 2, 3],
      Array(Self.hello.prefix(10)),
    ] {
      #expect(throws: GzipFault.malformed) { try Gunzip.content(of: bytes, limit: 1000) }
    }
  }

  @Test func chunkRanges() {
    #expect(MeshChunkRange(nil) == MeshChunkRange("1:1"))
    #expect(MeshChunkRange(" 2 : 3 ")?.number == 2)
    for bad in ["", "1", "1:2:3", "0:1", "3:2", "a:b", "-1:2", "1:", "1:99999999999999999999"] {
      #expect(MeshChunkRange(bad) == nil, "\(bad)")
    }
  }

  @Test func workflowFilters() throws {
    let all = ["AB", "ABC", "XAB", "C"]
    let cases: [(String, [String])] = [
      ("AB", ["AB"]), ("!AB", ["ABC", "XAB", "C"]), ("AB*", ["AB", "ABC"]),
      ("!AB*", ["XAB", "C"]), ("*AB*", ["AB", "ABC", "XAB"]), ("!*AB*", ["C"]), ("**", all),
    ]
    for (text, expected) in cases {
      let filter = try #require(WorkflowFilter(text))
      #expect(all.filter { filter.lets($0) } == expected, "\(text)")
    }
    #expect(WorkflowFilter("  ") == nil)
  }

  @Test func versions() {
    #expect(MeshVersion(accept: []) == .v1)
    #expect(MeshVersion(accept: ["*/*"]) == .v1)
    #expect(MeshVersion(accept: ["application/vnd.mesh.v1+json"]) == .v1)
    #expect(MeshVersion(accept: ["application/vnd.mesh.v2+json"]) == .v2)
    #expect(MeshVersion(accept: ["text/html, application/vnd.mesh.v3+json;q=1"]) == .v2)
    #expect(MeshVersion(accept: ["application/vnd.mesh.vX+json"]) == nil)
  }

  @Test func settingsAndTheirFaults() throws {
    let good = """
      {"mesh": {"secrets": "s.json",
        "mailboxes": [{"mailbox": "A1", "party": "urn:gatehouse:850:iss", "deliver": "payload",
                       "format": "xml", "ods": "X26", "name": "N"},
                      {"mailbox": "B2", "party": "urn:gatehouse:850:cme"}],
        "workflows": [{"workflow": "W", "type": "gatehouse.medical-referral.v1"}],
        "opaque": [{"workflow": "T", "senders": ["*"], "receivers": ["B2"],
                    "purpose": "safeguarding"}]}}
      """
    let settings = try Settings(bytes: Array(good.utf8), name: "test", folder: "/f").mesh
    #expect(settings.secrets == "/f/s.json")
    #expect(settings.mailboxes.first?.delivery == .payload)
    #expect(settings.mailboxes.first?.format == .xml)
    #expect(settings.opaque.first?.senders == ["A1", "B2"])
    #expect(settings.opaqueWorkflow("T", from: "A1", to: "A1") == nil)
    #expect(settings.opaqueWorkflow("T", from: "A1", to: "B2") != nil)
    for (old, new) in [
      ("\"secrets\": \"s.json\",", ""), ("\"A1\", \"party\"", "\"a/1\", \"party\""),
      ("850:cme", "850:iss"), ("\"B2\", \"party\"", "\"A1\", \"party\""),
      ("[\"B2\"]", "[\"C3\"]"), ("\"payload\"", "\"all\""), ("\"xml\"", "\"csv\""),
      ("\"purpose\": \"safeguarding\"", "\"password\": \"x\""),
    ] {
      let bad = good.replacing(old, with: new)
      #expect(bad != good)
      #expect(throws: SettingsFault.self, "\(new)") {
        try Settings(bytes: Array(bad.utf8), name: "test", folder: "/f")
      }
    }
  }

  @Test func secretsAreRefusedWhenOthersCanReadThem() throws {
    let path = NSTemporaryDirectory() + "secrets-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    var settings = MeshSettings()
    settings.secrets = path
    let urn = try #require(PartyURN("urn:gatehouse:850:iss"))
    settings.mailboxes = [MeshMailbox(id: "A1", party: urn)]
    func write(_ text: String, _ mode: Int) {
      _ = FileManager.default.createFile(
        atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: mode])
    }
    let good = #"{"sharedKey": "K", "mailboxes": {"A1": "p"}}"#
    write(good, 0o600)
    #expect(try MeshSecrets.read(settings)?.password(of: "A1") == "p")
    write(good, 0o644)
    #expect(throws: MeshSecretsFault.self) { try MeshSecrets.read(settings) }
    try FileManager.default.removeItem(atPath: path)
    write(#"{"sharedKey": "K", "mailboxes": {"A2": "p"}}"#, 0o600)
    #expect(throws: MeshSecretsFault.self) { try MeshSecrets.read(settings) }
  }
}
