// The recipient's inbox: order, pages, waiting, and whose it is.

import ExchangeModel
import MessageLog
import Testing
import Validation

@testable import Gateway

@Suite("Inbox")
struct InboxTests {
  @Test("Pages in order of admission, without gap or repeat")
  func paging() async throws {
    try await GatewayHarness.with { gateway in
      var sent: [String] = []
      for _ in 0..<7 { sent.append(try await gateway.admitted()) }
      let service = try gateway.client(.service)
      #expect(try await service.inbox() == sent)
      var read: [String] = []
      var query = "?limit=3"
      for page in 0..<3 {
        let answer = try await service.call("GET", "/v1/inbox\(query)").json()
        let ids =
          answer["messages"].map { Array($0.elements) }?
          .compactMap { $0["messageId"]?.string } ?? []
        #expect(ids.count == [3, 3, 1][page])
        read += ids
        if page < 2 {
          let next = try #require(answer["next"]?.string)
          query = "?limit=3&after=\(next)"
        } else {
          #expect(answer["next"]?.kind == .null)
        }
      }
      #expect(read == sent)
      #expect(try await gateway.client(.otherService).inbox().isEmpty)
    }
  }

  @Test("A listing tells addressing alone")
  func listing() async throws {
    try await GatewayHarness.with { gateway in
      let id = try await gateway.admitted { $0.priority = .urgent }
      let answer = try await gateway.client(.service).call("GET", "/v1/inbox").json()
      let message = try #require(answer["messages"].map { Array($0.elements) }?.first)
      let names = message.members.map(\.key)
      let expected = [
        "messageId", "source", "type", "purpose", "priority", "admittedAt", "size",
      ]
      #expect(names == expected)
      #expect(message["messageId"]?.string == id)
      #expect(message["source"]?.string == Agency.school.rawValue)
      #expect(message["type"]?.string == "gatehouse.fifteen-day-absence-notification.v1")
      #expect(message["purpose"]?.string == "medical-education")
      #expect(message["priority"]?.string == "urgent")
      #expect((message["size"]?.integer ?? 0) > 500)
    }
  }

  @Test("A long poll is woken by the message, and not before")
  func longPoll() async throws {
    try await GatewayHarness.with { gateway in
      let service = try gateway.client(.service)
      _ = try await service.call("GET", "/v1/inbox")
      let started = ContinuousClock.now
      async let page = service.inbox("?wait=30")
      try await Task.sleep(for: .milliseconds(500))
      let id = try await gateway.admitted()
      #expect(try await page == [id])
      let took = ContinuousClock.now - started
      #expect(took >= .milliseconds(500))
      #expect(took < .seconds(25))
    }
  }

  @Test("A long poll ends empty after its wait, and a message that is there does not wait")
  func waitEnds() async throws {
    try await GatewayHarness.with { gateway in
      let service = try gateway.client(.service)
      let started = ContinuousClock.now
      #expect(try await service.inbox("?wait=1").isEmpty)
      #expect(ContinuousClock.now - started >= .milliseconds(950))
      let id = try await gateway.admitted()
      let again = ContinuousClock.now
      #expect(try await service.inbox("?wait=30") == [id])
      #expect(ContinuousClock.now - again < .seconds(25))
    }
  }

  @Test("Parameters out of bounds are named")
  func badParameters() async throws {
    try await GatewayHarness.with { gateway in
      let service = try gateway.client(.service)
      let queries: [(query: String, name: String)] = [
        ("limit=0", "limit"), ("limit=501", "limit"), ("limit=x", "limit"),
        ("limit=99999999999999999999", "limit"), ("wait=61", "wait"), ("wait=-1", "wait"),
        ("wait=1.5", "wait"), ("after=x", "after"), ("limit=1&limit=2", "limit"),
        // The right form, but of no message of this inbox.
        ("after=01900000-0000-7000-8000-000000000000", "after"),
      ]
      for (query, name) in queries {
        let answer = try await service.call("GET", "/v1/inbox?\(query)")
        #expect(answer.status == 400, "\(query)")
        #expect(answer.code == "bad-parameter", "\(query)")
        #expect(try answer.places() == ["parameter:\(name)"], "\(query)")
      }
    }
  }

  @Test("A cursor of another party's inbox is none of ours")
  func foreignCursor() async throws {
    try await GatewayHarness.with { gateway in
      let id = try await gateway.admitted()
      let answer = try await gateway.client(.otherService).call("GET", "/v1/inbox?after=\(id)")
      #expect(answer.code == "bad-parameter")
    }
  }

  @Test("Nobody but its recipient opens a message, and all others get the same answer")
  func strangers() async throws {
    try await GatewayHarness.with { gateway in
      let id = try await gateway.admitted()
      let nowhere = "01900000-0000-7000-8000-000000000000"
      // The sender may see its state, but the inbox is the recipient's.
      for agency in [Agency.school, .camhs, .otherService] {
        let client = try gateway.client(agency)
        for target in [id, nowhere, "x", id.uppercased()] {
          let fetched = try await client.call("GET", "/v1/inbox/\(target)")
          #expect(fetched.status == 404)
          #expect(fetched.code == "not-found")
          let acknowledged = try await client.acknowledge(target, #"{"outcome":"taken"}"#)
          #expect(acknowledged.status == 404)
        }
      }
      for agency in [Agency.camhs, .otherService] {
        let client = try gateway.client(agency)
        #expect(try await client.call("GET", "/v1/messages/\(id)").status == 404)
        #expect(try await client.call("GET", "/v1/messages/\(id)/receipt").status == 404)
      }
      #expect(try await gateway.leafCount(.read) == 0)
      #expect(try await gateway.leafCount(.acknowledged) == 0)
      #expect(try await gateway.client(.service).inbox() == [id])
    }
  }

  @Test("Fetching leaves the message in the inbox; each read is on record")
  func reads() async throws {
    try await GatewayHarness.with { gateway in
      let id = try await gateway.admitted()
      let service = try gateway.client(.service)
      for _ in 0..<2 {
        #expect(try await service.call("GET", "/v1/inbox/\(id)").status == 200)
      }
      #expect(try await service.inbox() == [id])
      let reads = try await gateway.leaves().filter { $0.kind == .read }
      #expect(reads.map(\.subject) == [id, id])
    }
  }
}
