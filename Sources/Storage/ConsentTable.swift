// Reading records of the consent register. Never says more to a reader than that reader may know.

import ExchangeModel
import Foundation
import GRDB

/// The row of a record with what its state comes from.
struct ConsentRow {
  let id: String
  let holder: PartyURN
  let reviewBy: Int64
  private let expiresOn: Int64?
  private let lastChange: ConsentChange.Kind
  private let coversAnything: Bool

  /// The record of this id; nil when there is none.
  static func find(_ id: String, in database: Database) throws -> ConsentRow? {
    let statement = try database.cachedStatement(
      sql: """
        SELECT consent_id, holder, review_by, expires_on,
          (SELECT change FROM consent_change
            WHERE consent = consent_id AND scope = 'all' AND change <> 'reviewed'
            ORDER BY leaf DESC LIMIT 1) AS change,
          EXISTS (SELECT 1 FROM consent_recipient
            WHERE consent = consent_id AND withdrawn_at IS NULL)
          AND EXISTS (SELECT 1 FROM consent_item
            WHERE consent = consent_id AND withdrawn_at IS NULL) AS covers
        FROM consent WHERE consent_id = ?
        """)
    guard let row = try Row.fetchOne(statement, arguments: [id]) else { return nil }
    let change: String? = row["change"]
    guard let holder = PartyURN(row["holder"]),
      let lastChange = change.flatMap(ConsentChange.Kind.init(rawValue:))
    else { throw StoreFailure.corrupt("consent") }
    return ConsentRow(
      id: row["consent_id"], holder: holder, reviewBy: row["review_by"],
      expiresOn: row["expires_on"], lastChange: lastChange, coversAnything: row["covers"])
  }

  /// The state on a day, counted from 1970-01-01 in UTC. The days of review and of expiry are
  /// themselves still within.
  func state(on day: Int64) -> ConsentFact.State {
    switch lastChange {
    case .refused: .refused
    case .withdrawn: .withdrawn
    case .superseded: .superseded
    case .expired: .expired
    case .given, .reviewed:
      if !coversAnything {
        .withdrawn
      } else if let expiresOn, expiresOn < day {
        .expired
      } else {
        reviewBy < day ? .reviewOverdue : .given
      }
    }
  }
}

enum ConsentTable {
  /// Reads a `consentref`: the record's id, also as `urn:uuid:…` and in capitals. Nil when it
  /// is no id at all.
  static func id(of reference: String) -> String? {
    var bytes = reference.utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
    if bytes.starts(with: "urn:uuid:".utf8) { bytes.removeFirst(9) }
    return MessageID(String(decoding: bytes, as: UTF8.self))?.text
  }

  static func names(_ party: PartyURN, _ id: String, in database: Database) throws -> Bool {
    let statement = try database.cachedStatement(
      sql: "SELECT 1 FROM consent_recipient WHERE consent = ? AND party = ?")
    return try Int.fetchOne(statement, arguments: [id, party.text]) != nil
  }

  /// The items that it still covers, sorted.
  static func items(of id: String, in database: Database) throws -> [String] {
    let statement = try database.cachedStatement(
      sql: "SELECT item FROM consent_item WHERE consent = ? AND withdrawn_at IS NULL ORDER BY item")
    return try String.fetchAll(statement, arguments: [id])
  }

  /// The recipients that it still covers, sorted.
  static func recipients(of id: String, in database: Database) throws -> [PartyURN] {
    let statement = try database.cachedStatement(
      sql: """
        SELECT party FROM consent_recipient WHERE consent = ? AND withdrawn_at IS NULL
        ORDER BY party
        """)
    return try String.fetchAll(statement, arguments: [id]).map { text in
      guard let party = PartyURN(text) else { throw StoreFailure.corrupt("consent_recipient") }
      return party
    }
  }

  /// The record as this party may see it: whole for its holder; without persons, evidence and
  /// history for others.
  static func record(
    _ row: ConsentRow, for reader: PartyURN, on day: Int64, _ sealing: Sealing,
    in database: Database
  ) throws -> ConsentRecord {
    guard let id = MessageID(row.id) else { throw StoreFailure.corrupt("consent") }
    let recipients = try recipients(of: row.id, in: database)
    var state = row.state(on: day)
    let isHolder = row.holder == reader
    if !isHolder, !recipients.contains(reader), try names(reader, row.id, in: database) {
      // It was withdrawn for this recipient, whatever holds for others.
      state = .withdrawn
    }
    let purposes = try String.fetchAll(
      database, sql: "SELECT purpose FROM consent_purpose WHERE consent = ? ORDER BY purpose",
      arguments: [row.id])
    return ConsentRecord(
      id: id, holder: row.holder, state: state, purposes: purposes,
      items: try items(of: row.id, in: database), recipients: recipients,
      reviewBy: CivilDate(daysSinceEpoch: row.reviewBy),
      details: isHolder ? try details(of: row.id, sealing, in: database) : nil)
  }

  private static func details(
    of id: String, _ sealing: Sealing, in database: Database
  ) throws -> ConsentRecord.Details {
    let row = try Row.fetchOne(
      database, sql: "SELECT * FROM consent WHERE consent_id = ?", arguments: [id])
    guard let row else { throw StoreFailure.corrupt("consent") }
    let person = ConsentPerson(sealed: try sealing.open(row["person"], as: id))
    let digest: String? = row["evidence_sha256"]
    let kind: String? = row["evidence_kind"]
    var evidence: ConsentEvidence?
    if let digest, let kind { evidence = ConsentEvidence(sha256: digest, kind: kind) }
    let expiresOn: Int64? = row["expires_on"]
    let supersedes: String? = row["supersedes"]
    return ConsentRecord.Details(
      givenBy: person.name, relationship: person.relationship, capacity: row["capacity"],
      method: row["method"], evidence: evidence,
      givenOn: CivilDate(daysSinceEpoch: row["given_on"]),
      expiresOn: expiresOn.map(CivilDate.init(daysSinceEpoch:)),
      supersedes: supersedes.flatMap { MessageID($0) },
      recordedAt: Timestamp(milliseconds: row["recorded_at"]),
      history: try history(of: id, sealing, in: database))
  }

  private static func history(
    of id: String, _ sealing: Sealing, in database: Database
  ) throws -> [ConsentChange] {
    let rows = try Row.fetchAll(
      database, sql: "SELECT * FROM consent_change WHERE consent = ? ORDER BY leaf",
      arguments: [id])
    return try rows.map { row in
      let subject: String? = row["subject"]
      let word: String = row["scope"]
      let scope: WithdrawalScope? =
        switch word {
        case "all": .all
        case "recipient": subject.flatMap { PartyURN($0) }.map { .recipient($0) }
        case "item": subject.map { .item($0) }
        default: nil
        }
      guard let scope, let kind = ConsentChange.Kind(rawValue: row["change"]) else {
        throw StoreFailure.corrupt("consent_change")
      }
      let actor: String? = row["actor"]
      let reviewBy: Int64? = row["review_by"]
      let reason: Data? = row["reason"]
      return ConsentChange(
        kind: kind, scope: scope, at: Timestamp(milliseconds: row["changed_at"]),
        actor: actor.flatMap { PartyURN($0) },
        reviewBy: reviewBy.map(CivilDate.init(daysSinceEpoch:)),
        reason: try reason.map { sealed in
          String(decoding: try sealing.open(sealed, as: id + "/reason"), as: UTF8.self)
        }, logIndex: row["leaf"])
    }
  }
}

/// Who consents, as the sealed column has it: the name, and after a zero the relationship.
struct ConsentPerson {
  let name: String
  let relationship: String?

  init(name: String, relationship: String?) {
    self.name = name
    self.relationship = relationship
  }

  init(sealed bytes: Data) {
    let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    name = String(decoding: parts.first ?? Data(), as: UTF8.self)
    relationship = parts.count > 1 ? String(decoding: parts[1], as: UTF8.self) : nil
  }

  var bytes: Data { Data(name.utf8) + (relationship.map { Data([0]) + Data($0.utf8) } ?? Data()) }
}
