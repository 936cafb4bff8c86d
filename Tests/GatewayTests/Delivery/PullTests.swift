// Streams of events and leases over HTTP, and the limits of a party.

import ExchangeModel
import Foundation
import Storage
import Testing
import Validation

@testable import Gateway

@Suite struct PullTests {
  @Test func aStreamTellsWhatComesAndGoesOnWhereItWas() async throws {
    try await GatewayHarness.with({
      $0.limits.eventStreamSeconds = 2
      $0.limits.heartbeatSeconds = 1
    }) { gateway in
      let first = try await gateway.admitted()
      let service = try gateway.client(.service)
      async let stream = service.call(
        "GET", "/v1/inbox", headers: [("Accept", "text/event-stream")])
      try await Task.sleep(for: .milliseconds(300))
      let second = try await gateway.admitted()
      let text = try await stream.text
      #expect(text.hasPrefix("retry: 3000\n\nid: \(first)\nevent: message\ndata: {"))
      #expect(text.contains("\n\nid: \(second)\nevent: message\ndata: {"))
      let resumed = try await service.call(
        "GET", "/v1/inbox",
        headers: [("Accept", "text/event-stream"), ("Last-Event-ID", first)])
      #expect(!resumed.text.contains("id: \(first)\n") && resumed.text.contains("id: \(second)\n"))
      #expect(resumed.text.contains("\n: \n\n"))
    }
  }

  @Test func aPartyHasSoManyStreamsAndGetsThemBack() async throws {
    try await GatewayHarness.with({
      $0.limits.eventStreamSeconds = 1
      $0.limits.heartbeatSeconds = 1
      $0.limits.eventStreamsPerParty = 1
    }) { gateway in
      let service = try gateway.client(.service)
      let events = [("Accept", "text/event-stream")]
      async let stream = service.call("GET", "/v1/inbox", headers: events)
      try await Task.sleep(for: .milliseconds(300))
      #expect(try await service.call("GET", "/v1/inbox", headers: events).status == 429)
      #expect(try await service.call("GET", "/v1/inbox").status == 200)
      #expect(try await stream.status == 200)
      #expect(try await service.call("GET", "/v1/inbox", headers: events).status == 200)
    }
  }

  @Test func leasesAreTakenAndGivenBack() async throws {
    try await GatewayHarness.with { gateway in
      let id = try await gateway.admitted()
      let service = try gateway.client(.service)
      let lease = try await service.call("POST", "/v1/inbox/leases?seconds=60")
      #expect(lease.status == 200)
      #expect(try AnswerSchemaTests.faults(lease.bytes, by: "InboxLease").isEmpty)
      let name = try lease.member("lease")
      #expect(
        try lease.json()["messages"].flatMap { Array($0.elements).first }?["messageId"]?.string
          == id)
      let none = try await service.call("POST", "/v1/inbox/leases")
      #expect(try none.json()["lease"]?.kind == .null)
      #expect(try AnswerSchemaTests.faults(none.bytes, by: "InboxLease").isEmpty)
      let other = try gateway.client(.camhs)
      #expect(try await other.call("DELETE", "/v1/inbox/leases/\(name)").status == 404)
      #expect(try await service.call("DELETE", "/v1/inbox/leases/\(name)").status == 204)
      let again = try await service.call("POST", "/v1/inbox/leases")
      #expect(try again.member("lease") != "" && again.member("lease") != name)
      let third = try await service.call("POST", "/v1/inbox/leases?seconds=1")
      #expect(try third.json()["lease"]?.kind == .null, "another worker has it")
      for query in ["limit=0", "limit=101", "seconds=0", "seconds=3601", "wait=61"] {
        #expect(try await service.call("POST", "/v1/inbox/leases?\(query)").status == 400)
      }
    }
  }

  @Test func aLeaseIsRenewed() async throws {
    try await GatewayHarness.with { gateway in
      let ids = [try await gateway.admitted(), try await gateway.admitted()]
      let service = try gateway.client(.service)
      let lease = try await service.call("POST", "/v1/inbox/leases?seconds=60")
      let renewal = "/v1/inbox/leases/\(try lease.member("lease"))/renewal"
      gateway.clock.move(seconds: 50)
      let renewed = try await service.call("POST", renewal + "?seconds=90")
      #expect(renewed.status == 200, "\(renewed.text)")
      #expect(try AnswerSchemaTests.faults(renewed.bytes, by: "InboxLease").isEmpty)
      #expect(try renewed.member("lease") == lease.member("lease"))
      #expect(try renewed.member("until") > lease.member("until"))
      func leased(_ answer: ClientAnswer) throws -> [String] {
        try answer.json()["messages"].map {
          $0.elements.compactMap { $0["messageId"]?.string }
        } ?? []
      }
      #expect(try leased(renewed) == ids)
      // Longer than it was first given, and nobody else has them.
      gateway.clock.move(seconds: 60)
      #expect(try await service.call("POST", "/v1/inbox/leases").json()["lease"]?.kind == .null)
      _ = try await service.acknowledge(ids[0], #"{"outcome":"taken"}"#)
      #expect(try leased(try await service.call("POST", renewal)) == [ids[1]])
      #expect(try await gateway.client(.camhs).call("POST", renewal).status == 404)
      for query in ["?seconds=0", "?seconds=3601"] {
        #expect(try await service.call("POST", renewal + query).status == 400)
      }
      gateway.clock.move(seconds: 61)
      #expect(try await service.call("POST", renewal).status == 404, "it has run out")
      let next = try await service.call("POST", "/v1/inbox/leases")
      #expect(try leased(next) == [ids[1]])
    }
  }

  @Test func aPartyIsToldItsLimitsAndOthersAreNot() async throws {
    try await GatewayHarness.with({
      $0.limits.requestsPerMinute = 3
      $0.limits.messagesPerDay = 1
    }) { gateway in
      let school = try gateway.client(.school)
      let first = try await school.send(try SampleEnvelopes.json(), format: .json)
      #expect(first.status == 202)
      #expect(
        first.header("RateLimit-Policy")
          == #""requests";q=3;w=60, "messages";q=1;w=86400"#)
      #expect(
        first.header("RateLimit")?.hasPrefix(#""requests";r=2;t=60, "messages";r=0;t="#) == true)
      let second = try await school.send(try SampleEnvelopes.json(), format: .json)
      #expect(second.status == 429 && second.code == "too-many-requests")
      // A day ends at midnight in UTC.
      let now = gateway.clock.now().milliseconds / 1000
      let untilMidnight = 86_400 - now % 86_400
      #expect(
        second.header("Retry-After").flatMap { Int64($0) }.map {
          abs($0 - untilMidnight) < 60
        } == true)
      #expect(try await school.call("GET", "/v1/inbox").status == 200)
      let last = try await school.call("GET", "/v1/inbox")
      #expect(last.status == 429)
      #expect(last.header("Retry-After").flatMap { Int($0) }.map { (1...60).contains($0) } == true)
      #expect(try await gateway.client(.service).call("GET", "/v1/inbox").status == 200)
      gateway.clock.move(seconds: 60)
      #expect(try await school.call("GET", "/v1/inbox").status == 200)
    }
  }

  /// Refusals tell the limits as well, and so does every call that sends.
  @Test func refusalsTellTheLimitsToo() async throws {
    try await GatewayHarness.with({ $0.limits.requestsPerMinute = 50 }) { gateway in
      let school = try gateway.client(.school)
      let refused = try await school.call("GET", "/v1/inbox?limit=0")
      #expect(refused.status == 400)
      #expect(refused.header("RateLimit-Policy") == #""requests";q=50;w=60"#)
      #expect(refused.header("RateLimit")?.hasPrefix(#""requests";r=49;t="#) == true)
      let open = try await school.call("GET", "/openapi.json")
      #expect(open.status == 200 && open.header("RateLimit") == nil)
    }
  }

  /// What a party sent today counts on after a restart.
  @Test func aDaysCountIsThatOfTheMessagesOfTheDay() async throws {
    var limits = Limits()
    limits.messagesPerDay = 3
    try await GatewayHarness.with { [limits] gateway in
      for _ in 0..<2 { _ = try await gateway.admitted() }
      // As a process that starts now has them.
      let quotas = try await GatewayServer.quotas(limits, gateway.store)
      let school = try Agency.school.urn()
      guard case .goOn(let fields) = quotas.ask(school, isSending: true) else {
        throw Refusal(.tooManyRequests)
      }
      #expect(fields.last?.1.contains(#""messages";r=0;"#) == true)
      if case .goOn = quotas.ask(school, isSending: true) { Issue.record("one too many") }
      guard case .goOn = quotas.ask(try Agency.service.urn(), isSending: true) else {
        throw Refusal(.tooManyRequests)
      }
    }
  }

  @Test func aDaysCountOutlivesTheProcess() throws {
    var limits = Limits()
    limits.messagesPerDay = 3
    limits.requestsPerMinute = 0
    let school = try Agency.school.urn()
    let clock = MovableClock()
    let quotas = PartyLimits(limits, now: { clock.now() }, sentToday: [school: 2])
    func isTaken(_ party: PartyURN, isSending: Bool = true) -> Bool {
      if case .goOn = quotas.ask(party, isSending: isSending) { true } else { false }
    }
    #expect(isTaken(school))
    #expect(!isTaken(school))
    #expect(isTaken(school, isSending: false))
    let service = try Agency.service.urn()
    for _ in 0..<3 { #expect(isTaken(service)) }
    #expect(!isTaken(service))
    clock.move(seconds: 86_400)
    #expect(isTaken(school) && isTaken(service))
  }

  /// Every call that sends a message counts as one: what the policy decides on, but for the
  /// question without a message and the later chunks of one.
  @Test func everyCallThatSendsIsCounted() {
    let decided = Set(RouteRule.all.filter { $0.value == .decision }.map(\.key))
    let sending = Set(PartyLimits.sending.map { "POST " + $0 })
    #expect(
      decided.subtracting(sending) == [
        "POST /v1/decisions", "POST /messageexchange/{mailbox}/outbox/{meshId}/{chunk}",
      ])
    #expect(sending.isSubset(of: decided))
  }

  @Test func tooManyBytesInHandAreAnsweredWithALaterTime() async throws {
    try await GatewayHarness.with({
      $0.limits.freeBodyBytes = 0
      $0.limits.bodyBytes = 1000
    }) { gateway in
      let school = try gateway.client(.school)
      let answer = try await school.send(try SampleEnvelopes.json(), format: .json)
      #expect(answer.status == 503 && answer.code == "too-busy")
      #expect(answer.header("Retry-After") != nil)
      #expect(gateway.server.api.counters[.bodyBytes] == 0)
    }
  }

  @Test func aThousandSendersAtOnceAndNoByteInAnothersMessage() async throws {
    try await GatewayHarness.with { gateway in
      let clients = try [Agency.school, .otherSchool].map { try gateway.client($0) }
      let ids = try await withThrowingTaskGroup(of: (String, String).self) { group in
        for number in 0..<1000 {
          let sender: Agency = number % 2 == 0 ? .school : .otherSchool
          let client = clients[number % 2]
          group.addTask {
            let mark = "sender-\(number)-" + String(repeating: "\(number % 10)", count: 40)
            let envelope = try SampleEnvelopes.json(id: mark) {
              $0.source = try sender.urn()
              $0.recipient =
                sender == .school
                ? try Agency.service.urn()
                : try Agency.otherService.urn()
            }
            let answer = try await client.send(envelope, format: .json)
            try #require(answer.status == 202, "\(answer.text)")
            #expect(try answer.member("id") == mark)
            return (try answer.member("messageId"), mark)
          }
        }
        var ids: [String: String] = [:]
        for try await (id, mark) in group { ids[id] = mark }
        return ids
      }
      #expect(ids.count == 1000)
      let readers = try [Agency.service, .otherService].map { try gateway.client($0) }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for (id, mark) in ids {
          let number = Int(mark.split(separator: "-")[1]) ?? 0
          let reader = readers[number % 2]
          group.addTask {
            let answer = try await reader.call(
              "GET", "/v1/inbox/\(id)", headers: [("Accept", "application/cloudevents+json")])
            let envelope = try EnvelopeReader.read(answer.bytes, format: .json).envelope
            #expect(envelope.id == mark)
            #expect(
              envelope.source
                == (number % 2 == 0
                  ? try Agency.school.urn()
                  : try Agency.otherSchool.urn()))
          }
        }
        try await group.waitForAll()
      }
    }
  }
}
