// What is kept of transfer files, and until when: found by the child while it is there, and gone,
// with a leaf, when the catalogue's time is over.

import ExchangeModel
import Foundation
import GRDB
import MessageLog
import Policy
import Storage
import Testing
import Validation

@testable import Gateway

@Suite("Transfer files: kept, found and disposed of")
struct TransferKeepingTests {
  private static let destination = ("851", "4551")
  private static let name = "8504321_CTF_8514551_001.xml"
  private static let day: Int64 = 86_400

  private func post(
    _ client: PartyClient, _ path: String, _ body: String
  ) async throws -> ClientAnswer {
    try await client.call(
      "POST", path, headers: [("Content-Type", "application/json")], body: Array(body.utf8))
  }

  private func acknowledge(
    _ id: String, by client: PartyClient, _ agency: Agency
  ) async throws {
    let state = try await client.call("GET", "/v1/transfers/\(id)")
    var envelope = Envelope(
      id: UUID().uuidString.lowercased(), source: try agency.urn(),
      type: "gatehouse.common-transfer-file-acknowledgement.v1",
      recipient: try Agency.school.urn(), purpose: Purpose(rawValue: "record-transfer"),
      payload: ExchangeModel.Payload(
        format: .json,
        bytes: Array(
          """
          {"ctfId": "\(id)", "sha256": "\(try state.member("sha256"))", "version": "25.0",
           "perPupil": [{"upn": "\(SampleTransfers.upn)", "result": "imported"}]}
          """.utf8)))
    envelope.inReplyTo = id
    let sent = try await client.send(EnvelopeWriter.write(envelope, as: .json), format: .json)
    try #require(sent.status == 202, "\(sent.text)")
  }

  private func file(_ gateway: GatewayHarness, _ digest: String) -> Bool {
    FileManager.default.fileExists(
      atPath: "\(gateway.settings.data)/attachments/whole/\(digest.prefix(2))/\(digest)")
  }

  private func requireSound(_ gateway: GatewayHarness) async throws {
    try await gateway.server.publisher.publish()
    let key = gateway.server.publisher.key
    let found = try await gateway.store.verifyLog(
      openNote: { note in
        let checkpoint = try Checkpoint.open(note, log: key).checkpoint
        return (checkpoint.size, checkpoint.root)
      }, progress: { _, _ in }
    ).faults
    #expect(found == [])
  }

  @Test("Thirty days after its import a file is gone, for both sides, and the log says so")
  func disposal() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let other = try gateway.client(.otherSchool)
      let first = SampleTransfers.file(to: Self.destination)
      let sent = try await school.handIn(first, as: Self.name)
      try #require(sent.status == 202, "\(sent.text)")
      let id = try sent.member("messageId")
      let unanswered = try await school.handIn(
        SampleTransfers.file(to: Self.destination, [SampleTransfers.pupil(surname: "Later")]),
        as: "8504321_CTF_8514551_002.xml")
      let kept = try unanswered.member("messageId")
      #expect(try await other.call("GET", "/v1/transfers/\(id)/file").bytes == first)
      try await acknowledge(id, by: other, .otherSchool)
      gateway.clock.move(seconds: 29 * Self.day)
      #expect(try await gateway.store.sweepTransfers() == TransferSweep())
      gateway.clock.move(seconds: 2 * Self.day)
      let sweep = try await gateway.store.sweepTransfers()
      #expect(sweep.transfers == 1 && sweep.files == 1 && sweep.expired == 0)
      #expect(!file(gateway, sha256(first)))
      #expect(try await gateway.store.sweepTransfers() == TransferSweep())
      let digest = sha256(first)
      for path in ["/v1/transfers/\(id)/file", "/v1/attachments/\(digest)"] {
        #expect(try await other.call("GET", path).code == "content-erased", "\(path)")
        #expect(try await school.call("GET", path).status >= 404, "\(path)")
      }
      #expect(try await school.call("GET", "/v1/transfers/\(id)").member("state") == "imported")
      // What nobody answered for stays, whatever its age.
      #expect(try await other.call("GET", "/v1/transfers/\(kept)/file").status == 200)
      #expect(try await gateway.leafCount(.disposed) == 2)
      try await requireSound(gateway)
      // The same file may be sent again: it is uploaded anew.
      let again = try await school.handIn(first, as: "8504321_CTF_8514551_003.xml")
      #expect(again.status == 202, "\(again.text)")
      let anew = try again.member("messageId")
      #expect(try await other.call("GET", "/v1/transfers/\(anew)/file").bytes == first)
      try await requireSound(gateway)
    }
  }

  @Test("A file that another message still carries outlives the first message's content")
  func sharedFile() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let other = try gateway.client(.otherSchool)
      let bytes = SampleTransfers.file(to: Self.destination)
      var ids: [String] = []
      for serial in 1...2 {
        let sent = try await school.handIn(bytes, as: "8504321_CTF_8514551_00\(serial).xml")
        try #require(sent.status == 202, "\(sent.text)")
        ids.append(try sent.member("messageId"))
      }
      try await acknowledge(ids[0], by: other, .otherSchool)
      gateway.clock.move(seconds: 31 * Self.day)
      let sweep = try await gateway.store.sweepTransfers()
      #expect(sweep.transfers == 1 && sweep.files == 0)
      #expect(try await other.call("GET", "/v1/transfers/\(ids[1])/file").bytes == bytes)
      try await acknowledge(ids[1], by: other, .otherSchool)
      gateway.clock.move(seconds: 31 * Self.day)
      #expect(try await gateway.store.sweepTransfers().files == 1)
      try await requireSound(gateway)
    }
  }

  @Test("An entry of the pool ends on the pupil's twentieth birthday; its open claim is refused")
  func poolEnd() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let officers = try await gateway.join(.cme)
      try await gateway.join(.lostPupilPool)
      let today = UKTime.date(of: gateway.clock.now())
      let soon = CivilDate(daysSinceEpoch: today.daysSinceEpoch + 10)
      let born = try #require(
        CivilDate(year: soon.year - 20, month: soon.month, day: min(soon.day, 28)))
      let bytes = SampleTransfers.file(
        to: ("XXX", "XXXX"),
        [SampleTransfers.pupil(left: "2025-11-03").replacing("2014-01-29", with: "\(born)")])
      let sent = try await school.handIn(bytes, as: "8504321_CTF_XXXXXXX_001.xml")
      try #require(sent.status == 202, "\(sent.text)")
      let posting = try sent.member("messageId")
      let claimed = try await post(
        officers, "/v1/transfers/pool/\(posting)/claims",
        #"{"upn": "\#(SampleTransfers.upn)", "claimant": "8504322", "evidence": ["upn-known"]}"#)
      try #require(claimed.status == 202, "\(claimed.text)")
      #expect(try await gateway.store.sweepTransfers() == TransferSweep())
      gateway.clock.move(seconds: 12 * Self.day)
      let sweep = try await gateway.store.sweepTransfers()
      #expect(sweep.expired == 1 && sweep.files == 1)
      let listed = try await officers.call(
        "GET", "/v1/transfers/pool?purpose=children-missing-education")
      #expect(try listed.json()["pupils"]?.count == 0)
      let claims = try await officers.call("GET", "/v1/transfers/claims")
      #expect(try AnswerSchemaTests.faults(claims.bytes, by: "LostPupilClaims") == [])
      let claim = try claims.json()["claims"]?.elements.first { _ in true }
      #expect(claim?["state"]?.string == "refused" && claim?["reason"]?.string == "expired")
      let decision = try await post(
        school, "/v1/transfers/claims/\(try claimed.member("claimId"))/decision",
        #"{"outcome": "release", "decidedBy": "Sam Modell"}"#)
      #expect(decision.status == 409)
      let rows = try await DatabaseQueue(path: gateway.settings.data + "/gatehouse.sqlite").read {
        try (
          Int.fetchOne($0, sql: "SELECT count(*) FROM pool_child"),
          String.fetchOne($0, sql: "SELECT state || initials FROM pool_posting")
        )
      }
      #expect(rows.0 == 0 && rows.1 == "disposed")
      try await requireSound(gateway)
    }
  }

  @Test("A child is found in the files sent about it: by export, and by a correction's recipients")
  func found() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let other = try gateway.client(.otherSchool)
      try await gateway.join(.gateway)
      let sent = try await school.handIn(
        SampleTransfers.file(
          to: Self.destination,
          [
            SampleTransfers.pupil(),
            SampleTransfers.pupil(upn: SampleTransfers.otherUPN, surname: "Muster"),
          ]), as: Self.name)
      try #require(sent.status == 202, "\(sent.text)")
      let id = try sent.member("messageId")
      _ = try await other.call("GET", "/v1/transfers/\(id)/file")
      for child in [
        #"{"upn": "\#(SampleTransfers.otherUPN)"}"#, #"{"upn": "\#(SampleTransfers.upn)"}"#,
        #"{"surname": "Muster", "forename": "Ali", "dateOfBirth": "2014-01-29"}"#,
      ] {
        for client in [school, other] {
          let answer = try await post(client, "/v1/subject-exports", #"{"child": \#(child)}"#)
          let found = try answer.json()["messages"]?.elements.map { $0 } ?? []
          #expect(found.count == 1 && found.first?["status"]?["messageId"]?.string == id)
          #expect(!answer.text.contains("Sampleson"), "another child of the file is not in it")
        }
      }
      let stranger = try await post(
        try gateway.client(.camhs), "/v1/subject-exports",
        #"{"child": {"upn": "\#(SampleTransfers.upn)"}}"#)
      #expect(try stranger.json()["messages"]?.count == 0)
      let corrected = try await post(
        school, "/v1/rectifications",
        #"{"child": {"upn": "\#(SampleTransfers.otherUPN)"}, "from": "2026-01-16T09:30:00Z", "#
          + #""field": "surname", "kind": "rectified", "old": "Muster", "new": "Meister"}"#)
      #expect(corrected.status == 202, "\(corrected.text)")
      let told = try corrected.json()["recipients"]?.elements.map { $0 } ?? []
      #expect(told.count == 1, "\(corrected.text)")
    }
  }

  @Test("A message with a file of which one pupil is refused is refused, with line and position")
  func refusedPupil() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let bytes = SampleTransfers.file(
        to: Self.destination,
        [SampleTransfers.pupil(), SampleTransfers.pupil(upn: "X428558133462", surname: "Secretly")])
      let digest = sha256(bytes)
      _ = try await school.call("PUT", "/v1/attachments/\(digest)", body: bytes)
      var envelope = Envelope(
        id: "bad-pupil", source: try Agency.school.urn(),
        type: "gatehouse.common-transfer-file.v1", recipient: try Agency.otherSchool.urn(),
        purpose: Purpose(rawValue: "record-transfer"),
        payload: ExchangeModel.Payload(
          format: .json,
          bytes: Array(
            """
            {"ctf": {"fileName": "\(Self.name)", "version": "25.0", "sha256": "\(digest)"},
             "serial": 1, "pupilCount": 2, "attachments": [{"kind": "ctf",
             "sha256": "\(digest)", "mediaType": "application/xml", "size": \(bytes.count),
             "name": "\(Self.name)"}]}
            """.utf8)))
      for id in ["bad-pupil", "bad-pupil-xml"] {
        envelope.id = id
        let answer = try await school.send(
          EnvelopeWriter.write(envelope, as: .json), format: .json)
        #expect(answer.code == "payload-invalid", "\(answer.text)")
        let fault = try answer.json()["errors"]?.elements.first { _ in true }
        #expect(fault?["rule"]?.string == "P01", "\(answer.text)")
        #expect(answer.text.contains("Pupil[2]") && fault?["line"]?.integer == 2)
        #expect(!answer.text.contains("Secretly") && !answer.text.contains("X428558133462"))
      }
      let other = try gateway.client(.otherSchool)
      #expect(try await other.inbox() == [])
    }
  }
}
