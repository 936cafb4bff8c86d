// The verbs of the consent register: record, read, withdraw, review, sweep.
// Never shows a record to anybody but the party that holds it and, in part, its named recipients.

package import ExchangeModel
import Foundation
import GRDB
import MessageLog

extension Store {
  /// Records a consent, or a refusal, that the caller holds.
  /// Throws: `Refusal(.badRequest)` with a place for each fault.
  package func record(
    _ consent: NewConsent, by spkiSHA256: String
  ) async throws -> ConsentRecord {
    let id = surroundings.messageID(at: surroundings.now())
    let prepared = try PreparedConsent(consent, id, childKeys, sealing)
    let sealing = sealing
    return try await writer.submit { context in
      let holder = try context.caller(spkiSHA256)
      let issues = try context.issues(of: consent, heldBy: holder.urn)
      guard issues.isEmpty else { throw Refusal(.badRequest, issues: issues) }
      try context.insert(prepared, heldBy: holder.urn)
      return try context.consentRecord(id, for: holder.urn, sealing)
    }
  }

  /// Records a consent under an id chosen before, once: for the sandbox alone, whose examples name
  /// their records.
  package func seed(_ consent: NewConsent, as id: MessageID, heldBy holder: PartyURN) async throws {
    let prepared = try PreparedConsent(consent, id, childKeys, sealing)
    try await writer.submit { context in
      guard try ConsentRow.find(id.text, in: context.database) == nil else { return }
      try context.insert(prepared, heldBy: holder)
    }
  }

  /// A record, whole for the party that holds it, in part for a recipient named in it.
  /// Throws: `Refusal(.notFound)` for anybody else.
  package func consent(_ id: MessageID, for spkiSHA256: String) async throws -> ConsentRecord {
    let now = surroundings.now()
    let caller = try await currentDirectory().identify(spkiSHA256: spkiSHA256, at: now).get()
    let sealing = sealing
    return try await pool.read { database in
      guard let row = try ConsentRow.find(id.text, in: database) else {
        throw Refusal(.notFound)
      }
      let isNamed = try ConsentTable.names(caller.urn, id.text, in: database)
      guard isNamed || row.holder == caller.urn else { throw Refusal(.notFound) }
      return try ConsentTable.record(
        row, for: caller.urn, on: now.day, sealing, in: database)
    }
  }

  /// The records that the caller holds, in the order recorded, after one of them.
  /// Throws: `Refusal(.badParameter)` when `after` is none of them.
  package func consents(
    of spkiSHA256: String, after: MessageID?, limit: Int
  ) async throws -> ConsentPage {
    let now = surroundings.now()
    let caller = try await currentDirectory().identify(spkiSHA256: spkiSHA256, at: now).get()
    let sealing = sealing
    return try await pool.read { database in
      var start: Int64 = 0
      if let after {
        let found = try Int64.fetchOne(
          database, sql: "SELECT number FROM consent WHERE consent_id = ? AND holder = ?",
          arguments: [after.text, caller.urn.text])
        guard let found else { throw Refusal(.badParameter) }
        start = found
      }
      let ids = try String.fetchAll(
        database,
        sql:
          "SELECT consent_id FROM consent WHERE holder = ? AND number > ? ORDER BY number LIMIT ?",
        arguments: [caller.urn.text, start, limit + 1])
      let records = try ids.prefix(limit).compactMap { id in
        try ConsentRow.find(id, in: database).map { row in
          try ConsentTable.record(row, for: caller.urn, on: now.day, sealing, in: database)
        }
      }
      return ConsentPage(records: records, hasMore: ids.count > limit)
    }
  }

  /// Withdraws a consent, wholly or in part, at once: see `WriteContext.withdraw`.
  ///
  /// Throws: `Refusal(.notFound)` for a stranger, `.withdrawalNotAllowed` for a recipient,
  /// `.alreadyWithdrawn` when nothing of it is left to withdraw, `.badRequest` when the record
  /// never named the recipient or item.
  package func withdrawConsent(
    _ id: MessageID, _ scope: WithdrawalScope, reason: String?, by spkiSHA256: String
  ) async throws -> ConsentRecord {
    let sealedReason = try reason.map {
      try self.sealing.seal(Data($0.utf8), as: id.text + "/reason")
    }
    let sealing = sealing
    return try await writer.submit { context in
      let caller = try context.caller(spkiSHA256)
      guard let row = try ConsentRow.find(id.text, in: context.database) else {
        throw Refusal(.notFound)
      }
      guard try context.mayWithdraw(row, by: caller) else {
        let isNamed = try ConsentTable.names(caller.urn, row.id, in: context.database)
        throw Refusal(isNamed ? .withdrawalNotAllowed : .notFound)
      }
      try context.requireNamed(scope, in: row)
      guard try context.isLive(row, scope) else { throw Refusal(.alreadyWithdrawn) }
      try context.withdraw(row, scope, by: caller.urn, sealedReason: sealedReason)
      return try context.consentRecord(id, for: caller.urn, sealing)
    }
  }

  /// Puts off the day by which a consent must be reviewed: the party that holds it asked again.
  ///
  /// Throws: `Refusal(.notFound)` for anybody else, `.alreadyWithdrawn` when it is no longer live,
  /// `.badRequest` when the day is not ahead.
  package func reviewConsent(
    _ id: MessageID, until reviewBy: CivilDate, by spkiSHA256: String
  ) async throws -> ConsentRecord {
    let sealing = sealing
    return try await writer.submit { context in
      let caller = try context.caller(spkiSHA256)
      guard let row = try ConsentRow.find(id.text, in: context.database),
        row.holder == caller.urn
      else { throw Refusal(.notFound) }
      guard [.given, .reviewOverdue].contains(row.state(on: context.today)) else {
        throw Refusal(.alreadyWithdrawn)
      }
      let day = reviewBy.daysSinceEpoch
      guard day > row.reviewBy, day >= context.today else {
        throw Refusal(
          .badRequest,
          issues: [
            ConsentIssue.make(
              "/reviewBy", "minimum", "Give a day that is ahead and after the present one.")
          ])
      }
      try context.appendChange(
        .reviewed, of: row.id, holder: row.holder, by: caller.urn, reviewBy: reviewBy)
      try context.database.execute(
        sql: "UPDATE consent SET review_by = ? WHERE consent_id = ?", arguments: [day, row.id])
      return try context.consentRecord(id, for: caller.urn, sealing)
    }
  }

  /// Writes down which records have run out since the last time, some at a time.
  /// - Returns: how many.
  @discardableResult
  package func sweepConsents() async throws -> Int {
    var swept = 0
    while true {
      let count = try await writer.submit { context in
        let ended = try String.fetchAll(
          context.database,
          sql: """
            SELECT consent_id FROM consent WHERE expires_on < ? AND NOT EXISTS
              (SELECT 1 FROM consent_change WHERE consent = consent_id AND scope = 'all'
                AND change IN ('refused', 'withdrawn', 'expired', 'superseded'))
            LIMIT ?
            """, arguments: [context.today, Self.sweptAtOnce])
        for id in ended {
          guard let row = try ConsentRow.find(id, in: context.database) else { continue }
          try context.appendChange(.expired, of: id, holder: row.holder, by: nil)
        }
        return ended.count
      }
      swept += count
      guard count == Self.sweptAtOnce else { return swept }
    }
  }

  private static let sweptAtOnce = 256
}

/// A consent with what is computed of it before the writer's turn: hashes and ciphertext.
struct PreparedConsent: Sendable {
  let id: MessageID
  let consent: NewConsent
  let person: Data
  let children: [(kind: String, key: ChildKey)]

  init(
    _ consent: NewConsent, _ id: MessageID, _ keys: ChildKeys, _ sealing: Sealing
  ) throws {
    self.id = id
    children = ConsentChild.keys(of: consent.child, keys)
    let person = ConsentPerson(name: consent.givenBy, relationship: consent.relationship)
    self.person = try sealing.seal(person.bytes, as: id.text)
    var kept = consent
    kept.child = [:]
    kept.givenBy = ""
    kept.relationship = nil
    self.consent = kept
  }
}

enum ConsentIssue {
  static func make(_ place: String, _ rule: String, _ message: String) -> ValidationIssue {
    ValidationIssue(place: place, line: nil, rule: rule, message: message)
  }
}

extension WriteContext {
  fileprivate func consentRecord(
    _ id: MessageID, for party: PartyURN, _ sealing: Sealing
  ) throws -> ConsentRecord {
    guard let row = try ConsentRow.find(id.text, in: database) else {
      throw StoreFailure.corrupt("consent")
    }
    return try ConsentTable.record(row, for: party, on: today, sealing, in: database)
  }

  /// What is wrong with a consent, by place.
  fileprivate func issues(
    of consent: NewConsent, heldBy holder: PartyURN
  ) throws -> [ValidationIssue] {
    var issues: [ValidationIssue] = []
    for (index, party) in consent.recipients.enumerated() where directory[party] == nil {
      issues.append(
        ConsentIssue.make(
          "/recipients/\(index)", "party", "There is no such party; see /v1/parties."))
    }
    let given = consent.givenOn.daysSinceEpoch
    let review = consent.reviewBy.daysSinceEpoch
    if given > today {
      issues.append(ConsentIssue.make("/givenOn", "maximum", "Give a day that has come."))
    }
    if review < max(today, given) {
      issues.append(ConsentIssue.make("/reviewBy", "minimum", "Give a day that is ahead."))
    }
    if let expires = consent.expiresOn?.daysSinceEpoch, expires < max(today, given) {
      issues.append(ConsentIssue.make("/expiresOn", "minimum", "Give a day that is ahead."))
    }
    if let earlier = consent.supersedes {
      let row = try ConsentRow.find(earlier.text, in: database)
      let state = row?.state(on: today)
      if row?.holder != holder {
        issues.append(
          ConsentIssue.make("/supersedes", "consent", "Name a record that you hold."))
      } else if state == .withdrawn || state == .superseded {
        issues.append(
          ConsentIssue.make(
            "/supersedes", "consent", "That record was withdrawn or superseded; leave it out."))
      } else if !consent.isGiven {
        issues.append(
          ConsentIssue.make(
            "/supersedes", "consent", "Withdraw that record; a refusal takes no record's place."))
      }
    }
    return issues
  }

  fileprivate mutating func insert(
    _ prepared: PreparedConsent, heldBy holder: PartyURN
  ) throws {
    let consent = prepared.consent
    let id = prepared.id.text
    try database.execute(
      sql: """
        INSERT INTO consent (consent_id, schema_version, holder, person, capacity, method,
          evidence_sha256, evidence_kind, given_on, review_by, expires_on, supersedes, recorded_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        id, ConsentRecord.schemaVersion, holder.text, prepared.person, consent.capacity.rawValue,
        consent.method, consent.evidence?.sha256, consent.evidence?.kind,
        consent.givenOn.daysSinceEpoch, consent.reviewBy.daysSinceEpoch,
        consent.expiresOn?.daysSinceEpoch, consent.supersedes?.text, now.milliseconds,
      ])
    for (kind, key) in prepared.children {
      try database.execute(
        sql: "INSERT INTO consent_child (consent, kind, child_key) VALUES (?, ?, ?)",
        arguments: [id, kind, Data(key.bytes)])
    }
    for purpose in Set(consent.purposes) {
      try database.execute(
        sql: "INSERT INTO consent_purpose (consent, purpose) VALUES (?, ?)",
        arguments: [id, purpose])
    }
    for item in Set(consent.items) {
      try database.execute(
        sql: "INSERT INTO consent_item (consent, item) VALUES (?, ?)", arguments: [id, item])
    }
    for party in Set(consent.recipients) {
      try database.execute(
        sql: "INSERT INTO consent_recipient (consent, party) VALUES (?, ?)",
        arguments: [id, party.text])
    }
    try appendChange(consent.isGiven ? .given : .refused, of: id, holder: holder, by: holder)
    if let earlier = consent.supersedes?.text { try supersede(earlier, by: consent, of: holder) }
  }

  /// Ends a record whose place another takes. Recipients and items that the new one leaves out are
  /// withdrawn from the old, so that what rests on them is stopped.
  private mutating func supersede(
    _ earlier: String, by consent: NewConsent, of holder: PartyURN
  ) throws {
    guard let row = try ConsentRow.find(earlier, in: database) else { return }
    for party in try ConsentTable.recipients(of: earlier, in: database)
    where !consent.recipients.contains(party) {
      try withdraw(row, .recipient(party), by: holder, sealedReason: nil)
    }
    for item in try ConsentTable.items(of: earlier, in: database)
    where !consent.items.contains(where: { $0.utf8.elementsEqual(item.utf8) }) {
      try withdraw(row, .item(item), by: holder, sealedReason: nil)
    }
    try appendChange(.superseded, of: earlier, holder: holder, by: holder)
  }

  /// Throws `bad-request` when a record never named the recipient or the item of a scope.
  fileprivate func requireNamed(_ scope: WithdrawalScope, in row: ConsentRow) throws {
    let sql: String
    switch scope {
    case .all: return
    case .recipient: sql = "SELECT 1 FROM consent_recipient WHERE consent = ? AND party = ?"
    case .item: sql = "SELECT 1 FROM consent_item WHERE consent = ? AND item = ?"
    }
    guard try Int.fetchOne(database, sql: sql, arguments: [row.id, scope.subject]) == nil else {
      return
    }
    throw Refusal(
      .badRequest,
      issues: [
        ConsentIssue.make("/\(scope.word)", "consent", "The record does not name it.")
      ])
  }
}
