// Notices of the gateway's, as MESH tells them to a sender.

import ExchangeModel
import Storage
import Testing

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
    let linked = try #require(MessageID(Self.id))
    let report = try #require(try report(#"{"state": "undelivered"}"#))
    var fields = MeshFields(meshID: "M", fields: ["Mex-From": "A", "Mex-MessageType": "DATA"])
    fields.add(report, linked: MeshName(linked))
    let expected = [
      "Mex-MessageType": "REPORT", "Mex-Chunk-Range": "1:0", "Mex-Total-Chunks": "0",
      "Mex-StatusCode": "14", "Mex-StatusEvent": "SEND", "Mex-StatusSuccess": "ERROR",
      "Mex-StatusDescription": "Message not collected by recipient after 5 days",
      "Mex-LinkedMsgID": "0B8F2C7E5D434A179C1E3F2A6D90B415",
    ]
    for (name, value) in expected { #expect(fields.fields[name] == value, "\(name)") }
    #expect(fields.fields["Mex-From"] == nil)
  }
}
