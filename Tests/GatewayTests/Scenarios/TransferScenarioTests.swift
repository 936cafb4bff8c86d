// Stories of transfer files through the API over TLS. Numbers are those of the analysis of the
// domain, section 7; number 5 is told in GroundsScenarioTests.

import ExchangeModel
import Foundation
import MessageLog
import Storage
import Testing
import Validation

@testable import Gateway

@Suite("Scenarios of transfer files")
struct TransferScenarioTests {
  private static let destination = ("851", "4551")
  private static let name = "8504321_CTF_8514551_001.xml"

  private func reply(
    _ slug: String, to id: String, from client: PartyClient, _ agency: Agency, payload: String,
    purpose: String = "record-transfer"
  ) async throws -> ClientAnswer {
    var envelope = Envelope(
      id: UUID().uuidString.lowercased(), source: try agency.urn(),
      type: "gatehouse.\(slug).v1", recipient: try Agency.school.urn(),
      purpose: Purpose(rawValue: purpose),
      payload: ExchangeModel.Payload(format: .json, bytes: Array(payload.utf8)))
    envelope.inReplyTo = id
    return try await client.send(EnvelopeWriter.write(envelope, as: .json), format: .json)
  }

  @Test("1: an old file in another dialect goes on strictly, and nothing of it is lost")
  func oldDialect() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let other = try gateway.client(.otherSchool)
      let extra = "<SuppInfo><SuppID>S</SuppID><Religion>CE</Religion></SuppInfo>"
      let sent = try await school.handIn(
        SampleTransfers.file(
          to: Self.destination, version: "19.0",
          [SampleTransfers.pupil(sexTag: "Gender", rest: extra)]), as: Self.name)
      try #require(sent.status == 202, "\(sent.text)")
      #expect(try AnswerSchemaTests.faults(sent.bytes, by: "TransferReceipt") == [])
      #expect(try sent.json()["report"]?["verdict"]?.string == "accept-with-warnings")
      let id = try sent.member("messageId")
      let listed = try await other.call("GET", "/v1/transfers")
      #expect(try AnswerSchemaTests.faults(listed.bytes, by: "TransferPage") == [])
      #expect(
        try listed.json()["transfers"]?.elements.first { _ in true }?["state"]?.string == "sent")
      let file = try await other.call("GET", "/v1/transfers/\(id)/file")
      #expect(file.header("Content-Disposition") == "attachment; filename=\"\(Self.name)\"")
      #expect(file.text.contains("<CTFversion>25.0</CTFversion>"))
      #expect(file.text.contains("<Sex>M</Sex>") && file.text.contains(extra))
      // The same again is the same message; a stranger sees nothing of it.
      let again = try await school.handIn(
        SampleTransfers.file(
          to: Self.destination, version: "19.0",
          [SampleTransfers.pupil(sexTag: "Gender", rest: extra)]), as: Self.name)
      #expect(again.status == 200)
      #expect(try again.member("messageId") == id)
      let stranger = try gateway.client(.service)
      for path in ["/v1/transfers/\(id)", "/v1/transfers/\(id)/file"] {
        #expect(try await stranger.call("GET", path).status == 404)
      }
    }
  }

  @Test("2: a 25 and a 24 file are read alike; import, rejection and confirmation come back")
  func routes() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let other = try gateway.client(.otherSchool)
      var ids: [String] = []
      for (serial, version, tag) in [(1, "25.0", "Sex"), (2, "24.0", "Gender")] {
        let bytes = SampleTransfers.file(
          to: Self.destination, version: version,
          [SampleTransfers.pupil(sexTag: tag)])
        let sent = try await school.handIn(bytes, as: "8504321_CTF_8514551_00\(serial).xml")
        try #require(sent.status == 202, "\(sent.text)")
        ids.append(try sent.member("messageId"))
        // A file of a version in use goes on byte for byte.
        let got = try await other.call("GET", "/v1/transfers/\(ids[serial - 1])/file")
        #expect(got.bytes == bytes)
      }
      let state = try await school.call("GET", "/v1/transfers/\(ids[0])")
      #expect(try state.member("state") == "collected")
      let imported = try await reply(
        "common-transfer-file-acknowledgement", to: ids[0], from: other, .otherSchool,
        payload: """
          {"ctfId": "\(ids[0])", "sha256": "\(try state.member("sha256"))", "version": "25.0",
           "perPupil": [{"upn": "\(SampleTransfers.upn)", "result": "imported"}]}
          """)
      #expect(imported.status == 202, "\(imported.text)")
      let rejected = try await reply(
        "common-transfer-file-rejection", to: ids[1], from: other, .otherSchool,
        payload: """
          {"ctfId": "\(ids[1])", "where": "1:1", "rule": "p01", "text": "Sent twice."}
          """)
      #expect(rejected.status == 202, "\(rejected.text)")
      let started = try await reply(
        "destination-confirmation", to: ids[0], from: other, .otherSchool,
        payload: """
          {"upn": "\(SampleTransfers.upn)", "started": true, "startDate": "2026-01-12"}
          """, purpose: "attendance")
      #expect(started.status == 202, "\(started.text)")
      let sent = try await school.call("GET", "/v1/transfers?side=sent").json()
      #expect(
        sent["transfers"]?.elements.map { $0["state"]?.string ?? "" } == ["rejected", "imported"])
      #expect(try await school.inbox().count == 3)
    }
  }

  @Test("School to authority and back, and to S2S where the destination takes no part")
  func authorities() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let desk = try await gateway.join(.transferDesk)
      let pool = try await gateway.join(.lostPupilPool)
      let leaver = try await school.handIn(
        SampleTransfers.file(to: ("850", "LLLL")), as: "8504321_CML_850LLLL_001.xml")
      #expect(leaver.status == 202, "\(leaver.text)")
      #expect(try leaver.member("recipient") == ScenarioParty.transferDesk.rawValue)
      #expect(try await desk.inbox().count == 1)
      let back = try await desk.handIn(
        SampleTransfers.file(from: ("850", "LLLL"), to: ("850", "4321")),
        as: "850LLLL_CTF_8504321_001.xml")
      #expect(back.status == 202, "\(back.text)")
      // What the desk fetched from S2S for a school of its authority.
      let fetched = try await desk.handIn(
        SampleTransfers.file(from: ("860", "4001"), to: ("850", "4321")),
        as: "8604001_CTF_8504321_007.xml")
      #expect(fetched.status == 202, "\(fetched.text)")
      #expect(try await school.inbox().count == 2)
      let away = try await school.handIn(
        SampleTransfers.file(to: ("860", "4001")), as: "8504321_CTF_8604001_001.xml")
      #expect(away.status == 202, "\(away.text)")
      #expect(try away.member("way") == "s2s")
      #expect(try await pool.inbox().count == 1)
      // Nobody sends in another's name.
      for (client, source, name) in [
        (school, ("850", "4322"), "8504322_CTF_8514551_001.xml"),
        (desk, ("851", "4551"), "8514551_CTF_8604001_001.xml"),
      ] {
        let answer = try await client.handIn(
          SampleTransfers.file(
            from: source, to: name.contains("860") ? ("860", "4001") : Self.destination),
          as: name)
        #expect(answer.code == "payload-invalid", "\(answer.text)")
        #expect(answer.text.contains("\"F03\""))
      }
    }
  }

  @Test("4: what a file's rules stop is refused with each place; one bad pupil is left out")
  func refusals() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      try await gateway.join(.lostPupilPool)
      let two = [
        SampleTransfers.pupil(),
        SampleTransfers.pupil(upn: SampleTransfers.otherUPN, surname: "Muster"),
      ]
      let deep = String(repeating: "<a>", count: 80)
      let cases: [(String, String, [UInt8])] = [
        ("F08", "8504321_CTF_XXXXXXX_001.xml", SampleTransfers.file(to: ("XXX", "XXXX"), two)),
        ("F03", "8504321_CTF_8519901_001.xml", SampleTransfers.file(to: Self.destination)),
        ("F03", "CTF.xml", SampleTransfers.file(to: Self.destination)),
        (
          "F02", Self.name,
          SampleTransfers.file(
            to: Self.destination,
            before: "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/hostname\">]>")
        ),
        (
          "F02", Self.name,
          SampleTransfers.file(to: Self.destination, [SampleTransfers.pupil(rest: deep)])
        ),
        (
          "P06", Self.name,
          SampleTransfers.file(
            to: Self.destination, [SampleTransfers.pupil(surname: "Sam\u{202E}ple")])
        ),
        (
          "P11", Self.name,
          SampleTransfers.file(to: Self.destination, [SampleTransfers.pupil(ground: "m")])
        ),
      ]
      for (rule, name, bytes) in cases {
        let answer = try await school.handIn(bytes, as: name)
        #expect(answer.status == 422, "\(rule): \(answer.text)")
        let errors = try answer.json()["errors"].map { Array($0.elements) } ?? []
        #expect(errors.contains { $0["rule"]?.string == rule }, "\(answer.text)")
        #expect(!answer.text.contains("Sam"), "a refusal repeats no value")
      }
      #expect(try await gateway.leafCount(.refused) == cases.count)
      let mixed = try await school.handIn(
        SampleTransfers.file(
          to: Self.destination, [two[0], SampleTransfers.pupil(upn: "X428558133462")]),
        as: Self.name)
      #expect(mixed.status == 202, "\(mixed.text)")
      #expect(try mixed.json()["report"]?["verdict"]?.string == "reject-pupil")
      let other = try gateway.client(.otherSchool)
      let id = try mixed.member("messageId")
      let file = try await other.call("GET", "/v1/transfers/\(id)/file")
      #expect(!file.text.contains("X428558133462") && file.text.contains(SampleTransfers.upn))
    }
  }

  @Test("The other door is no way around the rules: a message with a bad file is refused")
  func noBypass() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      try await gateway.join(.lostPupilPool)
      let two = SampleTransfers.file(
        to: ("XXX", "XXXX"),
        [SampleTransfers.pupil(), SampleTransfers.pupil(upn: SampleTransfers.otherUPN)])
      let digest = sha256(two)
      _ = try await school.call("PUT", "/v1/attachments/\(digest)", body: two)
      let sent = try await school.send(
        try SampleEnvelopes.json("lost-pupil-posting/v1/examples/destination-unknown.valid.json") {
          envelope in
          let text = String(decoding: envelope.payload.bytes, as: UTF8.self)
          let pattern = /[0-9a-f]{64}/
          envelope.payload = ExchangeModel.Payload(
            format: .json, bytes: Array(text.replacing(pattern, with: digest).utf8))
        }, format: .json)
      #expect(sent.code == "payload-invalid", "\(sent.text)")
      #expect(sent.text.contains("F08"))
    }
  }

  @Test("A school answers its authority and the authority its school, in either format")
  func repliesBothWays() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let desk = try await gateway.join(.transferDesk)
      let deskURN = try #require(PartyURN(ScenarioParty.transferDesk.rawValue))
      let schoolURN = try Agency.school.urn()
      let down = try await desk.handIn(
        SampleTransfers.file(from: ("850", "LLLL"), to: ("850", "4321")),
        as: "850LLLL_CTF_8504321_001.xml")
      let up = try await school.handIn(
        SampleTransfers.file(to: ("850", "LLLL")), as: "8504321_CMJ_850LLLL_001.xml")
      for (sent, from, source, recipient, reply, state) in [
        (down, school, schoolURN, deskURN, "rejection/v1/examples/wrong-check-letter", "rejected"),
        (up, desk, deskURN, schoolURN, "acknowledgement/v1/examples/imported", "imported"),
      ] {
        try #require(sent.status == 202, "\(sent.text)")
        let id = try sent.member("messageId")
        let answer = try await from.send(
          try SampleEnvelopes.xml("common-transfer-file-\(reply).valid.json") { envelope in
            envelope.source = source
            envelope.recipient = recipient
            envelope.inReplyTo = id
            let text = String(decoding: envelope.payload.bytes, as: UTF8.self)
            let pattern = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/
            envelope.payload = ExchangeModel.Payload(
              format: .xml, bytes: Array(text.replacing(pattern, with: id).utf8))
          }, format: .xml)
        #expect(answer.status == 202, "\(answer.text)")
        for client in [school, desk] {
          #expect(try await client.call("GET", "/v1/transfers/\(id)").member("state") == state)
        }
      }
      #expect(try await desk.inbox().count == 2)
      #expect(try await school.inbox().count == 2)
    }
  }
}
