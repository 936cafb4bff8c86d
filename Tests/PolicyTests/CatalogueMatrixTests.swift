// The rules over the real catalogue: every message type, every pair of roles and every state of
// consent and override, against the committed table and a small oracle of its own.

import ExchangeModel
import Foundation
import Policy
import Testing

/// A consent, or a disclosure without one, that a message names, or neither.
private struct Named {
  let name: String
  var consent: ConsentFact?
  var disclosure: DisclosureFact?
  /// The refusal of a type that rests on consent.
  let resting: RefusalCode?

  static let all: [Named] =
    ConsentCase.all.map { known in
      var code: RefusalCode?
      if case .denies(let denied) = known.say { code = denied }
      return Named(name: known.name, consent: known.consent, resting: code)
    }
    + DisclosureCase.all.map { known in
      Named(
        name: "override " + known.name, disclosure: known.disclosure,
        resting: known.stands ? nil : .overrideNotOnRecord)
    }
}

@Suite struct CatalogueMatrixTests {
  private static let roles = vocabulary.roles.map(\.token)
  private static let families: Set = ["family-portal", "parent-portal", "public-portal"]
  /// Catalogue codes of types that act on a register, with what is then known of the payload.
  private static let effects = [
    "SPS.WITHDRAW": "consent-withdrawal", "HSCP.CSPR.PUB": "publication",
    "S16LA.REFUSE": "not-to-share", "SAFE.OVR": "disclosure-without-consent",
    "RGT.OBJ": "objection",
  ]

  /// The descriptors of `schemas/`, by the catalogue's code.
  private static let descriptors: [String: MessageType] = {
    let folder = projectFolder.appendingPathComponent("schemas/messages")
    guard let walk = FileManager.default.enumerator(atPath: folder.path) else { return [:] }
    var found: [String: MessageType] = [:]
    for case let name as String in walk where name.hasSuffix("/message.json") {
      guard let data = FileManager.default.contents(atPath: folder.path + "/" + name),
        let type = try? JSONDecoder().decode(MessageType.self, from: data)
      else { continue }
      found[type.code] = type
    }
    return found
  }()

  /// What the table says: the code of the refusal, or nil. Calls no rule.
  private func expected(
    _ row: CatalogueRow, _ from: String, _ to: String, _ named: Named
  ) -> RefusalCode? {
    if !row.allows(from, to) { return .routeNotAllowed }
    let isOverride = named.disclosure != nil
    switch row.consentRule {
    case "CN0", "CN3": return isOverride ? .overrideNotAllowed : nil
    case "CN4": return isOverride ? named.resting : nil
    default:
      let needsNone = Self.families.contains(from) || row.code == "SPS.WITHDRAW"
      return needsNone && !isOverride ? nil : named.resting
    }
  }

  @Test func theTableAndTheSchemasHaveTheSameTypes() throws {
    #expect(CatalogueRow.all.count == 85)
    let ours = Set(Self.descriptors.keys).subtracting(CatalogueException.ownTypes)
    #expect(Set(CatalogueRow.all.map(\.code)) == ours)
    let roles = Set(Self.roles)
    for row in CatalogueRow.all {
      #expect(row.senders.union(row.recipients).isSubset(of: roles), "\(row.code)")
      #expect(!row.senders.isEmpty && !row.recipients.isEmpty, "\(row.code)")
    }
    for exception in CatalogueException.all {
      #expect(exception.from.union(exception.to).isSubset(of: roles), "\(exception.code)")
      #expect(exception.reason.hasSuffix("."))
    }
  }

  @Test(arguments: CatalogueRow.all)
  func theGroundsAreTheCatalogues(row: CatalogueRow) throws {
    let type = try #require(Self.descriptors[row.code])
    #expect(type.purposes == [row.purpose])
    #expect(type.lawfulBases.first == row.lawfulBasis)
    #expect(type.isSealed == row.isSealed)
    // The intake's two rules are one: a family consents by its act, a professional holds consent.
    #expect(type.consentRule == (row.consentRule == "CN1/CN5" ? "CN5" : row.consentRule))
  }

  @Test(arguments: CatalogueRow.all)
  func everyPairAndState(row: CatalogueRow) throws {
    let type = try #require(Self.descriptors[row.code])
    let terms = Terms(messageType: type, vocabulary: vocabulary)
    let sender = try party("urn:gatehouse:850:a", role: "school")
    let recipient = try party("urn:gatehouse:850:b", role: "school")
    let envelope = Envelope(
      id: "1", source: sender.urn, type: type.type, recipient: recipient.urn,
      purpose: Purpose(rawValue: row.purpose), payload: Payload(format: .json, bytes: []))
    let claims = Claims(
      envelope: envelope, content: ContentFacts(), messageType: type, vocabulary: vocabulary,
      catalogueVersion: "test")
    var facts = Facts(
      claims: claims, sender: PartyFact(sender), recipient: PartyFact(recipient))
    facts.claims.effect = Self.effects[row.code]
    facts.mayWithdraw = row.code == "SPS.WITHDRAW" ? true : nil
    facts.inForce.informationSharingDuty = true
    var wrong: [String] = []
    func check(_ from: String, _ to: String, _ named: Named) {
      facts.sender.role = PartyRole(rawValue: from)
      facts.recipient?.role = PartyRole(rawValue: to)
      facts.consent = named.consent
      facts.disclosure = named.disclosure
      let code = Policy.decide(facts, under: terms).refusalCode
      if code != expected(row, from, to, named) {
        wrong.append("\(from) to \(to), \(named.name): \(code as Any)")
      }
    }
    // Every pair, with each state in turn; and every state, from each sender that has a route.
    // All of pairs times states takes minutes in a debug build.
    var turn = row.code.utf8.reduce(0) { $0 + Int($1) }
    for from in Self.roles {
      for to in Self.roles {
        check(from, to, Named.all[turn % Named.all.count])
        turn += 1
      }
      guard let to = Self.roles.first(where: { row.allows(from, $0) }) else { continue }
      for named in Named.all { check(from, to, named) }
    }
    #expect(wrong.isEmpty, "\(row.code): \(wrong.count) differ, e.g. \(wrong.prefix(3))")
  }
}
