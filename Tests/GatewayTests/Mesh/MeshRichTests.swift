// The rich lists of a mailbox: addressing and state of what waits and of what was sent.

import ExchangeModel
import Testing
import Validation

@testable import Gateway

@Suite("MESH rich lists")
struct MeshRichTests {
  private func lines(_ answer: ClientAnswer) throws -> [JSONNode] {
    try #require(answer.status == 200, "\(answer.text)")
    return try answer.json()["messages"].map { Array($0.elements) } ?? []
  }

  private func expect(_ line: JSONNode?, _ members: [String: String]) {
    for (name, value) in members { #expect(line?[name]?.string == value, "\(name)") }
  }

  @Test func whatWaitsAndWhatWasSent() async throws {
    try await GatewayHarness.withMesh { gateway in
      try await gateway.join(.gateway)
      let school = try gateway.mesh(.school)
      let body = try SampleEnvelopes.payload()
      let typed = try await school.accepted(
        body, to: .service, workflow: "ABSENCE", [("Mex-LocalID", "case-1")])
      let opaque = try await school.accepted(
        Array("one".utf8), to: .service, workflow: "OPAQUE", [("Mex-Chunk-Range", "1:2")])
      let service = try gateway.mesh(.service)
      #expect(try lines(try await service.call("GET", "inbox/rich")).count == 1)
      expect(
        try lines(try await school.call("GET", "outbox/rich")).last,
        ["message_id": opaque, "status": "uploading"])
      #expect(try await school.chunk(Array("two".utf8), 2, of: 2, opaque).status == 202)
      let waiting = try lines(try await service.call("GET", "inbox/rich"))
      #expect(waiting.count == 2)
      expect(
        waiting.first,
        [
          "message_id": typed, "local_id": "case-1", "message_type": "DATA",
          "recipient": "SERVICE", "recipient_name": "Test service", "sender": "SCHOOL",
          "sender_name": "Test school", "status": "accepted", "workflow_id": "ABSENCE",
        ])
      expect(waiting.last, ["message_id": opaque, "workflow_id": "OPAQUE"])
      #expect(waiting.map { $0["total_chunks"]?.integer } == [1, 2])
      _ = try await service.call("PUT", "inbox/\(opaque)/status/acknowledged")
      let id = try #require(try await service.client.inbox().first)
      let refusal = #"{"outcome":"refused","reason":"not-ours"}"#
      #expect(try await service.client.acknowledge(id, refusal).status == 200)
      let sent = try lines(try await school.call("GET", "outbox/rich"))
      expect(
        sent.first,
        [
          "message_id": typed, "local_id": "case-1", "recipient": "SERVICE",
          "sender": "SCHOOL", "status": "error", "status_code": "not-ours",
          "workflow_id": "ABSENCE", "message_type": "DATA",
        ])
      expect(sent.last, ["message_id": opaque, "status": "acknowledged"])
      #expect(sent.map { $0["total_chunks"]?.integer } == [1, 2])
      #expect(try lines(try await service.call("GET", "outbox/rich")).isEmpty)
      for _ in 0..<600 where try await school.inbox().isEmpty {
        try await Task.sleep(for: .milliseconds(50))
      }
      let report = try lines(try await school.call("GET", "inbox/rich")).first
      expect(
        report,
        [
          "message_type": "REPORT", "status_code": "not-ours", "local_id": "case-1",
          "workflow_id": "ABSENCE", "recipient": "SCHOOL",
        ])
      #expect(report?["sender"] == nil && report?["total_chunks"]?.integer == 0)
    }
  }

  @Test func pagesAndTimes() async throws {
    try await GatewayHarness.withMesh { gateway in
      let school = try gateway.mesh(.school)
      let service = try gateway.mesh(.service)
      var sent: [String] = []
      for number in 1...5 {
        sent.append(
          try await school.accepted(
            Array("letter \(number)".utf8), to: .service, workflow: "OPAQUE"))
        gateway.clock.move(seconds: 86_400)
      }
      for (mouth, list) in [(service, "inbox"), (school, "outbox")] {
        var read: [String] = []
        var path: String? = "/messageexchange/\(mouth.agency.mailbox)/\(list)/rich?max_results=2"
        while let next = path, read.count < 9 {
          let page = try await mouth.client.call(
            "GET", next, headers: [("Authorization", mouth.token())])
          read += try lines(page).compactMap { $0["message_id"]?.string }
          path = try page.json()["links"]?["next"]?.string
        }
        #expect(read == sent, "\(list)")
        let day = gateway.clock.now().adding(seconds: -2 * 86_400 - 3600)
        let late = try await mouth.call("GET", "\(list)/rich?start_time=\(day)")
        #expect(try lines(late).compactMap { $0["message_id"]?.string } == sent.suffix(2))
        let naive = String(day.description.dropLast())
        #expect(
          try lines(try await mouth.call("GET", "\(list)/rich?start_time=\(naive)")).count == 2)
        for query in ["start_time=x", "continue_from=x", "max_results=0"] {
          let answer = try await mouth.call("GET", "\(list)/rich?\(query)")
          #expect(answer.status == 400, "\(list) \(query)")
        }
      }
      // Thirty days, unless told otherwise.
      gateway.clock.move(seconds: 27 * 86_400)
      #expect(try lines(try await school.call("GET", "outbox/rich")).count == 2)
    }
  }
}
