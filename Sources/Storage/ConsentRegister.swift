// What the consent register answers about a message: the facts that Policy decides on. All of it is
// read in the transaction that will hold the outcome. Never decides.

import ExchangeModel
import GRDB

extension WriteContext {
  /// What the register answers about the consent that a message names.
  func consentFact(
    _ reference: String, for submission: Submission, children: [ChildKey]
  ) throws -> ConsentFact {
    guard let id = ConsentTable.id(of: reference),
      let row = try ConsentRow.find(id, in: database)
    else { return ConsentFact(record: "", state: .notFound) }
    let envelope = submission.envelope
    let recipients = try ConsentTable.recipients(of: id, in: database)
    let items = try ConsentTable.items(of: id, in: database)
    let isForSender = row.holder == envelope.source || recipients.contains(envelope.source)
    let purpose = try database.cachedStatement(
      sql: "SELECT 1 FROM consent_purpose WHERE consent = ? AND purpose = ?")
    let coversPurpose =
      try Int.fetchOne(purpose, arguments: [id, envelope.purpose.rawValue]) != nil
    return ConsentFact(
      record: id, state: row.state(on: today), isForSender: isForSender,
      coversRecipient: recipients.contains(envelope.recipient), coversPurpose: coversPurpose,
      missingItems: submission.content.itemsForConsent.filter { !Self.contains(items, $0) },
      child: try childMatch(id, submission.content.identifiers, children),
      releasesAddress: Self.contains(items, ContentFacts.addressItem))
  }

  private static func contains(_ items: [String], _ item: String) -> Bool {
    items.contains { $0.utf8.elementsEqual(item.utf8) }
  }

  /// Whether a message carries the child of a record. One shared number, or the same names with
  /// the same date of birth, are the same child; another child only when something that both
  /// have differs. Names alone tell nothing.
  private func childMatch(
    _ id: String, _ identifiers: [String: String], _ children: [ChildKey]
  ) throws -> ConsentFact.ChildMatch {
    guard !children.isEmpty else { return .unknown }
    let statement = try database.cachedStatement(
      sql: "SELECT kind, child_key FROM consent_child WHERE consent = ?")
    let rows = try Row.fetchAll(statement, arguments: [id])
    let known = Set(rows.compactMap { $0.bytes("child_key") })
    if children.contains(where: { known.contains($0.bytes) }) { return .same }
    let kinds = ConsentChild.kinds(of: identifiers)
    return rows.contains { kinds.contains($0["kind"]) } ? .other : .unknown
  }

  /// The id of the record that a message rests on, so that a withdrawal stops it; nil when it does
  /// not rest on one.
  ///
  /// It does when its type's rule asks for consent (CN1, CN2, CN5, CN6), when the record is what
  /// lets a sensitive address pass, or when data is used onward for another purpose. An answer
  /// about health that names no record rests on that of its question. A withdrawal itself never
  /// does, nor what the law discloses without consent (CN4).
  func consentOnRecord(of submission: Submission, _ facts: Facts) throws -> String? {
    if submission.messageType.effect == .consentWithdrawal { return nil }
    if case .consentWithdrawal = submission.content.effect { return nil }
    let rule = submission.messageType.consentRule
    if rule.utf8.elementsEqual("CN4".utf8) { return nil }
    guard let consent = facts.consent else {
      guard rule.utf8.elementsEqual("CN2".utf8),
        let question = submission.envelope.inReplyTo
      else { return nil }
      return try threadMessage(question, of: submission.envelope)?.consent
    }
    guard [.given, .reviewOverdue].contains(consent.state), consent.isForSender else {
      return nil
    }
    let asksConsent = ["CN1", "CN2", "CN5", "CN6"].contains { rule.utf8.starts(with: $0.utf8) }
    let releases = facts.claims.hasSensitiveAddress && consent.releasesAddress
    let purpose = facts.claims.purpose
    let isOnward = facts.onward.contains {
      $0.purpose.map { !$0.utf8.elementsEqual(purpose.utf8) } ?? false
    }
    return asksConsent || releases || isOnward ? consent.record : nil
  }

  /// Keeps what a message that rests on a consent carries, so that withdrawing an item finds it.
  func recordUse(of consent: String?, by sequence: Int64, _ content: ContentFacts) throws {
    guard consent != nil else { return }
    let insert = try database.cachedStatement(
      sql: "INSERT INTO consented_item (message, item) VALUES (?, ?)")
    for item in content.itemsForConsent { try insert.execute(arguments: [sequence, item]) }
  }

  /// Whether a party may withdraw a consent: the party that holds the record, and the family, which
  /// speaks through a portal of the local authority of the holder or of a recipient in it.
  func mayWithdraw(_ consent: String, by sender: Party) throws -> Bool {
    guard let id = ConsentTable.id(of: consent),
      let row = try ConsentRow.find(id, in: database)
    else { return false }
    return try mayWithdraw(row, by: sender)
  }

  func mayWithdraw(_ row: ConsentRow, by party: Party) throws -> Bool {
    if row.holder == party.urn { return true }
    let portals = ["family-portal", "parent-portal"].map(PartyRole.init(rawValue:))
    guard portals.contains(party.role) else { return false }
    let authority = party.urn.localAuthority
    if row.holder.localAuthority == authority { return true }
    let statement = try database.cachedStatement(
      sql: "SELECT party FROM consent_recipient WHERE consent = ?")
    return try String.fetchAll(statement, arguments: [row.id])
      .contains { PartyURN($0)?.localAuthority == authority }
  }

  /// What is on record about the disclosure without consent that a message names: by the gateway's
  /// id of the message that recorded it, or by the id that the sender gave that message.
  func disclosureFact(_ reference: String, for submission: Submission) throws -> DisclosureFact {
    let envelope = submission.envelope
    let columns = """
      message.message_id, disclosure.source, disclosure.covers, disclosure.discloses_address,
      disclosure.review_on FROM message JOIN disclosure ON disclosure.message = message.sequence
      """
    let own = try database.cachedStatement(
      sql: "SELECT \(columns) WHERE message.source = ? AND message.source_id = ?")
    var row = try Row.fetchOne(own, arguments: [envelope.source.text, reference])
    if row == nil, let id = ConsentTable.id(of: reference) {
      let byID = try database.cachedStatement(
        sql: "SELECT \(columns) WHERE message.message_id = ?")
      row = try Row.fetchOne(byID, arguments: [id])
    }
    guard let row else { return DisclosureFact(record: "", state: .notFound) }
    let source: String = row["source"]
    let covers: String = row["covers"]
    let reviewOn: Int64 = row["review_on"]
    let isForSender = source.utf8.elementsEqual(envelope.source.text.utf8)
    return DisclosureFact(
      record: row["message_id"], state: today > reviewOn ? .reviewOverdue : .onRecord,
      isForSender: isForSender,
      coversMessage: isForSender && covers.utf8.elementsEqual(envelope.id.utf8),
      disclosesAddress: row["discloses_address"])
  }
}

extension ContentFacts {
  /// The item that releases a sensitive address.
  static let addressItem = "address"

  /// Categories that need no consent of their own: who it is about, the consent itself, and what
  /// any message carries to be handled.
  private static let withoutConsent: Set<String> = [
    "identity", "consent", "case-administration", "professionals", "documents",
  ]

  /// What a consent must cover: the items that the message names, else its categories of data.
  var itemsForConsent: [String] {
    let items = consentItems ?? dataCategories.filter { !Self.withoutConsent.contains($0) }
    let named = hasSensitiveAddress ? items + [Self.addressItem] : items
    return Set(named).sorted()
  }
}

/// Kinds of keys by which a record knows its child.
enum ConsentChild {
  /// Kinds that these identifiers have. Names alone are none: too many children share them.
  static func kinds(of identifiers: [String: String]) -> Set<String> {
    var kinds: Set<String> = []
    for (name, kind) in [
      ("upn", "upn"), ("formerUpn", "upn"), ("uln", "uln"), ("nhsNumber", "nhs"),
    ] where identifiers[name] != nil { kinds.insert(kind) }
    if ["surname", "forename", "dateOfBirth"].allSatisfy({ identifiers[$0] != nil }) {
      kinds.insert("name-born")
    }
    return kinds
  }

  /// The keys of a child, each with its kind.
  static func keys(
    of identifiers: [String: String], _ keys: ChildKeys
  ) -> [(kind: String, key: ChildKey)] {
    var found: [(kind: String, key: ChildKey)] = []
    for (name, kind) in [("upn", "upn"), ("uln", "uln"), ("nhsNumber", "nhs")] {
      guard let value = identifiers[name], let key = keys.keys(of: [name: value]).first else {
        continue
      }
      found.append((kind, key))
    }
    let person = identifiers.filter { ["surname", "forename", "dateOfBirth"].contains($0.key) }
    // The names alone come first, and with the date of birth second.
    if person.count == 3, let key = keys.keys(of: person).last {
      found.append(("name-born", key))
    }
    return found
  }
}
