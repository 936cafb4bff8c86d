// What goes in by the MESH door comes out by the JSON door, and the reverse: the same messages,
// the same decision, one log. Over real TLS.

import ExchangeModel
import MessageLog
import Testing
import Validation

@testable import Gateway

@Suite("MESH exchange")
struct MeshExchangeTests {
  @Test func aBarePayloadIsWrappedAndReadByJSON() async throws {
    try await GatewayHarness.withMesh { gateway in
      let school = try gateway.mesh(.school)
      let body = try SampleEnvelopes.payload()
      let id = try await school.accepted(
        body, to: .service, workflow: "ABSENCE", [("Mex-LocalID", "local-1")])
      let service = try gateway.client(.service)
      let inbox = try await service.inbox()
      let messageID = try #require(inbox.first)
      let answer = try await service.call("GET", "/v1/inbox/\(messageID)")
      let envelope = try EnvelopeReader.read(answer.bytes, format: .json).envelope
      #expect(envelope.id == "local-1")
      #expect(envelope.source.text == Agency.school.rawValue)
      #expect(envelope.purpose.rawValue == "medical-education")
      // Sent again it is the same message, by whichever door.
      let again = try await school.accepted(
        body, to: .service, workflow: "ABSENCE", [("Mex-LocalID", "local-1")])
      #expect(again == id)
      #expect(try await service.inbox() == inbox)
      let changed = String(decoding: body, as: UTF8.self).replacing("16.5", with: "17.5")
      let other = try await school.send(
        Array(changed.utf8), to: .service, workflow: "ABSENCE", [("Mex-LocalID", "local-1")])
      #expect(other.status == 417)
      #expect(other.meshCode == "duplicate-conflict")
      // The sender sees it by both doors.
      let tracked = try await school.call("GET", "outbox/tracking?messageID=\(id)")
      #expect(try tracked.member("status") == "accepted")
      #expect(try tracked.member("local_id") == "local-1")
      _ = try await service.acknowledge(messageID, #"{"outcome":"taken"}"#)
      let taken = try await school.call("GET", "outbox/tracking?localID=local-1")
      #expect(try taken.member("status") == "acknowledged")
      #expect(try await gateway.leafCount(.admitted) == 1)
    }
  }

  @Test(arguments: ContentFormat.allCases)
  func aMessageByJSONShowsInTheMailbox(_ format: ContentFormat) async throws {
    try await GatewayHarness.withMesh { gateway in
      let bytes =
        format == .json
        ? try SampleEnvelopes.json(id: "sent-1") : try SampleEnvelopes.xml(id: "sent-1")
      let messageID = try await gateway.client(.school).admit(bytes, format: format)
      let service = try gateway.mesh(.service)
      let id = messageID.replacing("-", with: "").uppercased()
      #expect(try await service.inbox() == [id])
      #expect(try await service.inbox("?workflow_filter=ABSENCE") == [id])
      #expect(try await service.inbox("?workflow_filter=!ABSENCE").isEmpty)
      let answer = try await service.call("GET", "inbox/\(id)")
      #expect(answer.status == 200)
      let expected = [
        "Mex-From": "SCHOOL", "Mex-To": "SERVICE", "Mex-WorkflowID": "ABSENCE",
        "Mex-MessageID": id, "Mex-LocalID": "sent-1", "Mex-MessageType": "DATA",
        "Mex-Chunk-Range": "1:1", "Mex-Total-Chunks": "1", "Mex-StatusSuccess": "SUCCESS",
        "Mex-Content-Type": format.envelopeMediaType, "Content-Type": format.envelopeMediaType,
      ]
      for (name, value) in expected { #expect(answer.header(name) == value, "\(name)") }
      let envelope = try EnvelopeReader.read(answer.bytes, format: format).envelope
      #expect(envelope.lawfulBasis != nil, "the grounds are stamped on it")
      let done = try await service.call("PUT", "inbox/\(id)/status/acknowledged")
      #expect(done.status == 200)
      #expect(done.bytes.isEmpty)
      #expect(try await service.call("PUT", "inbox/\(id)/status/acknowledged").status == 200)
      #expect(try await service.inbox().isEmpty)
      #expect(try await service.call("GET", "inbox/\(id)").status == 410)
      let status = try await gateway.client(.school).call("GET", "/v1/messages/\(messageID)")
      #expect(try status.member("state") == "taken")
      // Tracked by the id that the door would have given it.
      let tracked = try await gateway.mesh(.school).call(
        "GET", "outbox/tracking?messageID=\(id)")
      #expect(try tracked.member("status") == "acknowledged")
      #expect(try await gateway.leafCount(.read) == 1)
    }
  }

  @Test func aMailboxMayWantTheBarePayloadInItsOwnFormat() async throws {
    try await GatewayHarness.withMesh({ settings in
      settings.mesh.mailboxes = settings.mesh.mailboxes.map {
        MeshMailbox(id: $0.id, party: $0.party, delivery: .payload, format: .xml)
      }
    }) { gateway in
      _ = try await gateway.admitted()
      let service = try gateway.mesh(.service)
      let id = try #require(try await service.inbox().first)
      let answer = try await service.call("GET", "inbox/\(id)", [("Accept-Encoding", "gzip")])
      #expect(answer.header("Content-Encoding") == "gzip")
      #expect(answer.header("Mex-Content-Compressed") == "Y")
      let text = String(
        decoding: try Gunzip.content(of: answer.bytes, limit: 1 << 20), as: UTF8.self)
      #expect(text.contains("<fifteenDayAbsenceNotification"))
      #expect(answer.header("Content-Type") == "application/xml")
    }
  }

  @Test func aWholeEnvelopeIsTakenAsItIs() async throws {
    try await GatewayHarness.withMesh { gateway in
      let school = try gateway.mesh(.school)
      let json = [("Content-Type", "application/cloudevents+json")]
      let bytes = try SampleEnvelopes.json(id: "whole-1")
      let id = try await school.accepted(bytes, to: .service, workflow: "ABSENCE", json)
      let tracked = try await school.call("GET", "outbox/tracking?messageID=\(id)")
      #expect(try tracked.member("status") == "accepted")
      // The message type's own name is a workflow id as well, and the same message is the same.
      let type = "gatehouse.fifteen-day-absence-notification.v1"
      #expect(try await school.accepted(bytes, to: .service, workflow: type, json) == id)
      let xml = try SampleEnvelopes.xml(id: "whole-2")
      _ = try await school.accepted(
        xml, to: .service, workflow: "ABSENCE", [("Content-Type", "application/cloudevents+xml")])
      let elsewhere = try await school.send(bytes, to: .camhs, workflow: "ABSENCE", json)
      #expect(elsewhere.status == 417)
      #expect(elsewhere.meshCode == "12")
      let otherType = try await school.send(
        bytes, to: .service, workflow: "gatehouse.medical-referral.v1", json)
      #expect(otherType.meshCode == "17")
      let forged = try SampleEnvelopes.json(id: "whole-3") {
        $0.source = try Agency.otherSchool.urn()
      }
      let refused = try await school.send(forged, to: .service, workflow: "ABSENCE", json)
      #expect(refused.status == 403)
      #expect(refused.meshCode == "sender-mismatch")
      #expect(try await gateway.mesh(.service).inbox().count == 2)
    }
  }

  @Test func whatAdmissionRefusesIsRefusedAtOnce() async throws {
    try await GatewayHarness.withMesh { gateway in
      let school = try gateway.mesh(.school)
      let payload = String(decoding: try SampleEnvelopes.payload(), as: UTF8.self)
      let cases: [(String, String, Int)] = [
        ("{}", "payload-invalid", 422), ("{", "malformed-envelope", 400),
        ("<a", "malformed-envelope", 400),
        // Nothing in a payload can pass for a part of the envelope.
        (payload + ",\"priority\":\"immediate\"", "malformed-envelope", 400),
        ("{},\"recipient\":\"urn:gatehouse:850:ods-rw1\"", "malformed-envelope", 400),
      ]
      for (text, code, status) in cases {
        let answer = try await school.send(Array(text.utf8), to: .service, workflow: "ABSENCE")
        #expect(answer.status == status, "\(answer.text)")
        #expect(answer.meshCode == code, "\(answer.text)")
      }
      #expect(try await gateway.leafCount(.refused) == cases.count)
      // A route that the message type does not have.
      let route = try await school.send(
        Array(payload.utf8), to: .otherSchool, workflow: "ABSENCE")
      #expect(route.status == 417)
      #expect(route.meshCode == "16")
      let old = try await school.call(
        "POST", "outbox", [("Mex-To", "SERVICE"), ("Mex-WorkflowID", "ABSENCE")],
        body: Array("{}".utf8), accept: "application/json")
      #expect(try old.member("errorCode") == "payload-invalid")
      #expect(try await gateway.mesh(.service).inbox().isEmpty)
    }
  }

  @Test func fieldsThatAreMissingOrWrong() async throws {
    try await GatewayHarness.withMesh { gateway in
      let school = try gateway.mesh(.school)
      func send(_ headers: [(String, String)]) async throws -> ClientAnswer {
        try await school.call("POST", "outbox", headers, body: Array("x".utf8))
      }
      let to = ("Mex-To", "SERVICE")
      let workflow = ("Mex-WorkflowID", "OPAQUE")
      let cases: [([(String, String)], Int, String)] = [
        ([workflow], 400, "08"), ([to], 400, "Mex-WorkflowID"),
        ([("Mex-To", "NOBODY"), workflow], 417, "12"),
        ([to, ("Mex-WorkflowID", "NONE")], 417, "17"),
        // The setting does not let it go there.
        ([("Mex-To", "OTHER"), workflow], 417, "17"),
        ([to, ("Mex-WorkflowID", "https://x")], 400, "06"),
        ([to, workflow, ("Mex-Content-Checksum", "`#!@+&=*,|~;._")], 400, "Invalid checksum"),
        (
          [to, workflow, ("Mex-Subject", String(repeating: "s", count: 501))], 400, "Mex-Subject"
        ),
        ([to, workflow, ("Content-Encoding", "br")], 422, "UnsupportedContentEncoding"),
        ([to, workflow, ("Mex-Chunk-Range", "2:3")], 417, "InvalidHeaderChunks"),
        ([to, workflow, ("Mex-Chunk-Range", "1:99999")], 417, "InvalidHeaderChunks"),
      ]
      for (headers, status, code) in cases {
        let answer = try await send(headers)
        #expect(answer.status == status, "\(answer.text)")
        #expect(answer.meshCode == code, "\(answer.text)")
      }
      let empty = try await school.send([], to: .service, workflow: "OPAQUE")
      #expect(empty.status == 417)
      #expect(empty.meshCode == "02")
    }
  }

  @Test func lookUps() async throws {
    try await GatewayHarness.withMesh { gateway in
      let school = try gateway.mesh(.school)
      func found(_ path: String, accept: String = "application/vnd.mesh.v2+json") async throws
        -> [String]
      {
        let answer = try await school.call("GET", path, accept: accept)
        try #require(answer.status == 200, "\(answer.text)")
        let name = accept.contains("v2") ? "mailbox_id" : "address"
        return try answer.json()["results"].map { $0.elements.compactMap { $0[name]?.string } }
          ?? []
      }
      let all = Agency.allCases.map(\.mailbox).filter { $0 != "OTHER" }.sorted()
      #expect(try await found("/endpointlookup/X26/OPAQUE").sorted() == all)
      #expect(try await found("/endpointlookup/X26/OPAQUE", accept: "*/*").sorted() == all)
      #expect(try await found("/endpointlookup/X27/OPAQUE").isEmpty)
      #expect(try await found("/workflowsearch/NONE").isEmpty)
      // By message type: whoever is of a role that it goes to.
      #expect(try await found("/endpointlookup/x26/ABSENCE").contains("SERVICE"))
      #expect(try await !found("/workflowsearch/ABSENCE").contains("CAMHS"))
    }
  }

  @Test func pagesOfTheInbox() async throws {
    try await GatewayHarness.withMesh { gateway in
      var sent: [String] = []
      for _ in 0..<23 {
        sent.append(try await gateway.admitted().replacing("-", with: "").uppercased())
      }
      let service = try gateway.mesh(.service)
      var read: [String] = []
      var path = "inbox?max_results=10"
      for size in [10, 10, 3] {
        let page = try await service.client.call(
          "GET", path.hasPrefix("/") ? path : "/messageexchange/SERVICE/" + path,
          headers: [
            ("Authorization", service.token()), ("Accept", "application/vnd.mesh.v2+json"),
          ]
        ).json()
        let ids = page["messages"].map { $0.elements.compactMap(\.string) } ?? []
        #expect(ids.count == size)
        #expect(page["approx_inbox_count"]?.integer == 23)
        read += ids
        path = page["links"]?["next"]?.string ?? ""
      }
      #expect(path.isEmpty)
      #expect(read == sent)
      // In v1 the cursor is the last message's id.
      let old = try await service.call(
        "GET", "inbox?max_results=10&continue_from=\(sent[19])", accept: "*/*")
      #expect(try old.json()["messages"]?.count == 3)
      let count = try await service.call("GET", "count")
      #expect(try count.json()["count"]?.integer == 23)
      for query in ["max_results=9", "max_results=5001", "continue_from=x", "workflow_filter=x"] {
        #expect(try await service.call("GET", "inbox?" + query).status == 400, "\(query)")
      }
    }
  }
}
