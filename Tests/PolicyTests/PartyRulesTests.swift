// Who may send to whom: cases of the rules `parties-live` and `route`.

import ExchangeModel
import Policy
import Testing

@Suite struct PartyRulesTests {
  @Test func liveParties() throws {
    try expect("parties-live", .permits, try facts())
  }

  @Test func senderSuspended() throws {
    try expect(
      "parties-live", .denies(.partySuspended), try facts { $0.sender.state = .suspended })
  }

  @Test func recipientUnknownOrSuspended() throws {
    let unknown = try facts { $0.recipient = nil }
    try expect("parties-live", .denies(.unknownRecipient), unknown)
    try expect("route", .notApplicable, unknown)
    try expect(
      "parties-live", .denies(.recipientSuspended),
      try facts { $0.recipient?.state = .suspended })
  }

  @Test func theSendersFaultComesFirst() throws {
    let both = try facts {
      $0.sender.state = .suspended
      $0.recipient?.state = .suspended
    }
    try expect("parties-live", .denies(.partySuspended), both)
  }

  @Test func recordsOfOtherPartiesDoNotPass() throws {
    let mixed = try facts { $0.sender = try party("urn:gatehouse:850:4322", role: "school") }
    try expect("parties-live", .denies(.senderMismatch), mixed)
    let wrong = try facts {
      $0.recipient = try party("urn:gatehouse:850:cme", role: "inclusion-support-service")
    }
    try expect("parties-live", .denies(.unknownRecipient), wrong)
  }

  struct RouteCase: Sendable {
    let from: (urn: String, role: String)
    let to: (urn: String, role: String)
    var sameAuthority = true
    let say: Say
  }

  @Test(arguments: [
    RouteCase(
      from: ("urn:gatehouse:850:4321", "school"),
      to: ("urn:gatehouse:850:iss", "inclusion-support-service"), say: .permits),
    RouteCase(
      from: ("urn:gatehouse:850:7001", "special-school"),
      to: ("urn:gatehouse:850:iss", "inclusion-support-service"), say: .permits),
    RouteCase(
      from: ("urn:gatehouse:850:cme", "children-missing-education"),
      to: ("urn:gatehouse:850:iss", "inclusion-support-service"), say: .denies(.routeNotAllowed)),
    RouteCase(
      from: ("urn:gatehouse:850:4321", "school"), to: ("urn:gatehouse:850:camhs", "camhs"),
      say: .denies(.routeNotAllowed)),
    RouteCase(
      from: ("urn:gatehouse:850:iss", "inclusion-support-service"),
      to: ("urn:gatehouse:850:4321", "school"), say: .denies(.routeNotAllowed)),
    RouteCase(
      from: ("urn:gatehouse:851:4321", "school"),
      to: ("urn:gatehouse:850:iss", "inclusion-support-service"), say: .denies(.routeNotAllowed)),
    RouteCase(
      from: ("urn:gatehouse:851:4321", "school"),
      to: ("urn:gatehouse:850:iss", "inclusion-support-service"), sameAuthority: false,
      say: .permits),
    RouteCase(
      from: ("urn:gatehouse:850:4321", "School"),
      to: ("urn:gatehouse:850:iss", "inclusion-support-service"), say: .denies(.routeNotAllowed)),
  ])
  func route(sample: RouteCase) throws {
    var type = SampleType()
    type.sameAuthority = sample.sameAuthority
    let facts = try facts(type: type) {
      $0.sender = try party(sample.from.urn, role: sample.from.role)
      $0.source = $0.sender.urn
      $0.recipient = try party(sample.to.urn, role: sample.to.role)
      $0.recipientURN = try #require($0.recipient).urn
    }
    try expect("route", sample.say, facts)
  }

  @Test func reasonsTellAuthorityFromRole() throws {
    let away = try facts {
      $0.sender = try party("urn:gatehouse:851:4321", role: "school")
      $0.source = $0.sender.urn
    }
    #expect(try outcome("route", away).reason.contains("one local authority"))
    let role = try facts { $0.sender.role = PartyRole(rawValue: "police") }
    #expect(try outcome("route", role).reason.contains("police"))
  }
}
