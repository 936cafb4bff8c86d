// Who may send what to whom: cases of the rules `parties-live`, `message-type-version`, `route` and
// `residency`.

import ExchangeModel
import Policy
import Testing

@Suite struct PartyRulesTests {
  struct PartyCase: Sendable {
    var ownName = true
    var sender: Party.State = .live
    /// Nil: the directory has no such party.
    var recipient: Party.State? = .live
    let say: Say
  }

  @Test(arguments: [
    PartyCase(say: .permits),
    PartyCase(ownName: false, say: .denies(.senderMismatch)),
    PartyCase(sender: .suspended, say: .denies(.partySuspended)),
    PartyCase(recipient: nil, say: .denies(.unknownRecipient)),
    PartyCase(recipient: .suspended, say: .denies(.recipientSuspended)),
    // The sender's fault comes first.
    PartyCase(sender: .suspended, recipient: .suspended, say: .denies(.partySuspended)),
    PartyCase(sender: .suspended, recipient: nil, say: .denies(.partySuspended)),
  ])
  func partiesLive(known: PartyCase) throws {
    let facts = try sample {
      $0.sender.state = known.sender
      if let state = known.recipient { $0.recipient?.state = state } else { $0.recipient = nil }
    } known: {
      $0.isOwnName = known.ownName
    }
    try expect("parties-live", known.say, facts)
    if known.recipient == nil {
      try expect("route", .notApplicable, facts)
      try expect("residency", .notApplicable, facts)
    }
  }

  @Test(arguments: [
    (nil, false, Say.permits), ("2026-12-31", false, .permits),
    ("2026-08-31", true, .denies(.messageTypeEnded)), (nil, true, .denies(.messageTypeEnded)),
  ])
  func messageTypeVersion(endsOn: String?, hasEnded: Bool, say: Say) throws {
    var type = SampleType()
    type.endsOn = endsOn
    let facts = try sample(type: type) { _ in
    } known: {
      $0.hasTypeEnded = hasEnded
    }
    try expect("message-type-version", say, facts)
    let reason = try outcome("message-type-version", facts).reason
    #expect(endsOn.map { reason.contains($0) } ?? true)
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
    RouteCase(
      from: ("urn:gatehouse:850:4321", "scho\u{006F}\u{0308}l"),
      to: ("urn:gatehouse:850:iss", "inclusion-support-service"), say: .denies(.routeNotAllowed)),
  ])
  func route(known: RouteCase) throws {
    var type = SampleType()
    type.sameAuthority = known.sameAuthority
    let facts = try sample(type: type) {
      $0.sender = try party(known.from.urn, role: known.from.role)
      $0.recipient = try party(known.to.urn, role: known.to.role)
    }
    try expect("route", known.say, facts)
  }

  @Test func reasonsTellAuthorityFromRole() throws {
    let away = try sample { $0.sender = try party("urn:gatehouse:851:4321", role: "school") }
    #expect(try outcome("route", away).reason.contains("one local authority"))
    let role = try sample { $0.sender.role = PartyRole(rawValue: "police") }
    #expect(try outcome("route", role).reason.contains("Police"))
  }

  @Test(arguments: [
    ("GB", "GB", Say.permits), ("GB", "IE", .permits), ("NO", "GB", .permits),
    ("IS", "LI", .permits), ("HR", "CY", .permits),
    ("US", "GB", .denies(.residencyNotAllowed)), ("GB", "US", .denies(.residencyNotAllowed)),
    ("GB", "CH", .denies(.residencyNotAllowed)), ("GB", "UK", .denies(.residencyNotAllowed)),
    ("GB", "", .denies(.residencyNotAllowed)), ("gb", "GB", .denies(.residencyNotAllowed)),
    // The crown dependencies are not of the United Kingdom.
    ("GB", "JE", .denies(.residencyNotAllowed)),
  ])
  func residency(from: String, to: String, say: Say) throws {
    let facts = try sample {
      $0.sender.country = from
      $0.recipient?.country = to
    }
    try expect("residency", say, facts)
  }
}
