// Notices of the gateway's, as MESH tells them to a sender.

import ExchangeModel
import Storage
import Testing
import Validation

@testable import Gateway

@Suite("MESH reports")
struct MeshReportTests {
  private static let id = "0b8f2c7e-5d43-4a17-9c1e-3f2a6d90b415"

  private func report(_ payload: String) throws -> MeshReport? {
    let urn = try #require(PartyURN("urn:gatehouse:850:gatehouse"))
    let envelope = Envelope(
      id: "gatehouse-notice-1", source: urn, type: MeshReport.type, recipient: urn,
      purpose: Purpose(rawValue: "exchange-operations"),
      payload: ExchangeModel.Payload(format: .json, bytes: Array(payload.utf8)))
    return MeshReport(envelope, limits: Limits())
  }

  @Test func whatNobodyTookIsCode14() throws {
    let found = try report(#"{"messageId": "\#(Self.id)", "state": "undelivered"}"#)
    #expect(found?.code == "14")
    #expect(found?.event == "SEND")
    #expect(found?.about == MessageID(Self.id))
  }

  @Test func aRefusalTellsItsReason() throws {
    let found = try report(#"{"messageId": "x", "state": "refused", "reason": "not-ours"}"#)
    #expect(found?.code == "not-ours")
    #expect(found?.about == nil)
  }

  @Test(arguments: ["delayed", "opened", "x"])
  func othersAreMessagesLikeAny(_ state: String) throws {
    #expect(try report(#"{"messageId": "x", "state": "\#(state)"}"#) == nil)
  }

  @Test func theFieldsOfAReport() throws {
    let report = try #require(try report(#"{"state": "undelivered"}"#))
    var fields = MeshFields(
      meshID: "M",
      fields: ["Mex-From": "A", "Mex-MessageType": "DATA", "Mex-LocalID": "gatehouse-notice-1"])
    fields.add(report, about: nil, title: nil)
    let expected = [
      "Mex-MessageType": "REPORT", "Mex-Chunk-Range": "1:0", "Mex-Total-Chunks": "0",
      "Mex-StatusCode": "14", "Mex-StatusEvent": "SEND", "Mex-StatusSuccess": "ERROR",
      "Mex-StatusDescription": "Message not collected by recipient after 5 days",
    ]
    for (name, value) in expected { #expect(fields.fields[name] == value, "\(name)") }
    for name in ["Mex-From", "Mex-LocalID", "Mex-LinkedMsgID"] {
      #expect(fields.fields[name] == nil, "\(name)")
    }
  }

  /// The reports in a mailbox, as soon as there is one.
  private func waitForReport(_ mouth: MeshMouth, _ query: String) async throws -> ClientAnswer {
    for _ in 0..<600 {
      if let id = try await mouth.inbox(query).first {
        return try await mouth.call("GET", "inbox/\(id)")
      }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw Refusal(.notFound)
  }

  private func expect(_ answer: ClientAnswer, _ fields: [String: String]) {
    #expect(answer.status == 200 && answer.bytes.isEmpty)
    for (name, value) in fields { #expect(answer.header(name) == value, "\(name)") }
    for name in ["Mex-From", "Content-Encoding"] {
      #expect(answer.header(name) == nil, "\(name)")
    }
  }

  /// Five days after it came by MESH, its sender has MESH's own report of it.
  @Test func whatNobodyTookComesBackByMESH() async throws {
    try await GatewayHarness.withMesh { gateway in
      try await gateway.join(.gateway)
      let school = try gateway.mesh(.school)
      let typed = try await school.accepted(
        try SampleEnvelopes.payload(), to: .service, workflow: "ABSENCE",
        [("Mex-LocalID", "case-17"), ("Mex-Subject", "never repeated")])
      let opaque = try await school.accepted(
        Array("bytes".utf8), to: .camhs, workflow: "OPAQUE", [("Mex-LocalID", "letter-3")])
      gateway.clock.move(seconds: 5 * 86_400 + 60)
      // A client that asks for one workflow has the reports on it too.
      let report = try await waitForReport(school, "?workflow_filter=ABSENCE")
      let own = try #require(report.header("Mex-MessageID"))
      #expect(own != typed)
      expect(
        report,
        [
          "Mex-MessageType": "REPORT", "Mex-To": "SCHOOL", "Mex-LinkedMsgID": typed,
          "Mex-StatusCode": "14", "Mex-StatusEvent": "SEND", "Mex-StatusSuccess": "ERROR",
          "Mex-StatusDescription": "Message not collected by recipient after 5 days",
          "Mex-WorkflowID": "ABSENCE", "Mex-LocalID": "case-17", "Mex-Chunk-Range": "1:0",
          "Mex-Total-Chunks": "0", "Mex-Subject": "15-day absence notification",
        ])
      #expect(report.header("Mex-StatusTimestamp")?.count == 14)
      let other = try await waitForReport(school, "?workflow_filter=OPAQUE")
      expect(
        other,
        [
          "Mex-MessageType": "REPORT", "Mex-StatusCode": "14", "Mex-LinkedMsgID": opaque,
          "Mex-WorkflowID": "OPAQUE", "Mex-LocalID": "letter-3",
        ])
      let tracked = try await school.call("GET", "outbox/tracking?messageID=\(typed)")
      #expect(try tracked.member("status") == "undeliverable")
      #expect(try tracked.member("status_code") == "14")
      #expect(try tracked.json()["status_success"]?.bool == false)
      // Like any message, it stays until it is acknowledged.
      #expect(try await school.inbox("?workflow_filter=ABSENCE") == [own])
      let done = try await school.call("PUT", "inbox/\(own)/status/acknowledged")
      #expect(done.status == 200)
      #expect(try await school.inbox("?workflow_filter=ABSENCE").isEmpty)
      #expect(try await school.inbox().count == 1)
    }
  }

  /// A recipient that reads by JSON refuses; the sender at the MESH door hears of it.
  @Test func aRefusalComesBackByMESH() async throws {
    try await GatewayHarness.withMesh { gateway in
      try await gateway.join(.gateway)
      let school = try gateway.mesh(.school)
      let sent = try await school.accepted(
        try SampleEnvelopes.payload(), to: .service, workflow: "ABSENCE",
        [("Mex-LocalID", "case-18")])
      let service = try gateway.client(.service)
      let id = try #require(try await service.inbox().first)
      let answer = try await service.acknowledge(
        id, #"{"outcome":"refused","reason":"not-ours"}"#)
      #expect(answer.status == 200)
      let report = try await waitForReport(school, "?workflow_filter=ABSENCE")
      expect(
        report,
        [
          "Mex-MessageType": "REPORT", "Mex-StatusCode": "not-ours",
          "Mex-StatusEvent": "TRANSFER", "Mex-StatusSuccess": "ERROR",
          "Mex-StatusDescription": MeshReport.refused, "Mex-LinkedMsgID": sent,
          "Mex-WorkflowID": "ABSENCE", "Mex-LocalID": "case-18",
        ])
      let tracked = try await school.call("GET", "outbox/tracking?localID=case-18")
      #expect(try tracked.member("status") == "error")
      #expect(try tracked.member("status_code") == "not-ours")
    }
  }
}
