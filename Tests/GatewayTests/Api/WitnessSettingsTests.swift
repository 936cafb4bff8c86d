// Settings of witnessing: read whole, and every fault named.

import MessageLog
import Testing

@testable import Gateway

@Suite struct WitnessSettingsTests {
  private func read(_ text: String) throws -> Settings {
    try Settings(bytes: Array(text.utf8), name: "test", folder: "/etc/gatehouse")
  }

  private func key(_ kind: NoteKey.Kind, _ number: UInt8 = 1) throws -> String {
    let name = try #require(KeyName(kind == .ed25519 ? "peer.example/log" : "w.example/w1"))
    return try NoteSigner(name: name, kind: kind, seed: Array(repeating: number, count: 32))
      .key.vkey
  }

  @Test func allOfIt() throws {
    let settings = try read(
      """
      {"log": {"quorum": 1, "anchorFile": "anchor", "minimumIndex": 512,
        "witnesses": [{"name": "a", "url": "https://a.example/w/", "vkey": "\(key(.cosignatureV1))",
          "profile": "a/client.json"}]},
       "witness": {"key": "w.key", "logs": [
         {"origin": "peer.example/log", "vkey": "\(key(.ed25519))"},
         {"origin": "peer.example/log", "vkey": "\(key(.ed25519, 2))"}]}}
      """)
    #expect(settings.logQuorum == 1 && settings.logMinimumIndex == 512)
    #expect(settings.logAnchorFile == "/etc/gatehouse/anchor")
    #expect(settings.witnesses.map(\.url) == ["https://a.example/w"])
    #expect(settings.witnesses.map(\.monitor) == ["https://a.example/w"])
    #expect(settings.witnesses.map(\.profile) == ["/etc/gatehouse/a/client.json"])
    #expect(settings.witnessKey == "/etc/gatehouse/w.key" && settings.witnessedLogs.count == 2)
    let none = try read("{}")
    #expect(none.witnesses.isEmpty && none.logAnchorFile == nil && none.witnessKey == nil)
    #expect(
      settings.redacted.contains { $0.name == "witness.key" && $0.value.contains("not shown") })
  }

  @Test func faults() throws {
    let witness = try key(.cosignatureV1)
    let log = try key(.ed25519)
    let good = #"{"name": "a", "url": "https://a.example", "vkey": "\#(witness)"}"#
    for text in [
      #"{"log": {"witnesses": {}}}"#, #"{"log": {"witnesses": [1]}}"#,
      #"{"log": {"witnesses": [{"name": "a", "url": "https://a.example", "vkey": "\#(log)"}]}}"#,
      #"{"log": {"witnesses": [{"name": "a", "url": "ftp://a.example", "vkey": "\#(witness)"}]}}"#,
      #"{"log": {"witnesses": [{"name": "a", "vkey": "\#(witness)"}]}}"#,
      #"{"log": {"witnesses": [{"url": "https://a.example", "vkey": "\#(witness)"}]}}"#,
      #"{"log": {"witnesses": [\#(good.dropLast()), "extra": 1}]}}"#,
      #"{"log": {"witnesses": [\#(good), \#(good)]}}"#, #"{"log": {"quorum": 1}}"#,
      #"{"log": {"quorum": 2, "witnesses": [\#(good)]}}"#, #"{"log": {"minimumIndex": -1}}"#,
      #"{"witness": {"logs": [{"origin": "other.example", "vkey": "\#(log)"}]}}"#,
      #"{"witness": {"logs": [{"origin": "peer.example/log", "vkey": "\#(witness)"}]}}"#,
      #"{"witness": {"keys": "x"}}"#,
    ] {
      #expect(throws: SettingsFault.self, "\(text)") { try read(text) }
    }
    _ = try read(#"{"log": {"quorum": 1, "witnesses": [\#(good)]}}"#)
  }
}
