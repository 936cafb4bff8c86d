// Decisions in rows: many messages share one, so each is kept once, known by its digest.
// Never changes a row: another decision is another row.

import Crypto
import ExchangeModel
import Foundation
import GRDB

/// Decisions already in their tables: few and often repeated.
struct DecisionMemory: Sendable {
  private var rows: [Decision: DecisionRow] = [:]
  private var decisions: [Int64: (decision: Decision, digest: String)] = [:]
  /// The decisions last asked for, newest last. Comparing them is cheaper than hashing one: its
  /// texts are mostly the very same in memory.
  private var recent: [(decision: Decision, row: DecisionRow)] = []

  private static let most = 4096
  private static let mostRecent = 4

  /// The row of a decision, made when it is new.
  mutating func row(of decision: Decision, in database: Database) throws -> DecisionRow {
    for known in recent.reversed() where known.decision == decision { return known.row }
    let row: DecisionRow
    if let known = rows[decision] {
      row = known
    } else {
      row = keep(decision, try DecisionTable.findOrInsert(decision, in: database))
    }
    if recent.count == Self.mostRecent { recent.removeFirst() }
    recent.append((decision, row))
    return row
  }

  /// The decision of a row. Throws `StoreFailure.corrupt` when there is none.
  mutating func decision(_ id: Int64, in database: Database) throws -> Decision {
    try entry(id, in: database).decision
  }

  /// The decision of a row with its digest in hex. Throws `StoreFailure.corrupt`.
  mutating func entry(
    _ id: Int64, in database: Database
  ) throws -> (decision: Decision, digest: String) {
    if let known = decisions[id] { return known }
    let decision = try DecisionTable.read(id, in: database)
    return (decision, keep(decision, id).digest)
  }

  private mutating func keep(_ decision: Decision, _ id: Int64) -> DecisionRow {
    if decisions.count >= Self.most { self = DecisionMemory() }
    let row = DecisionRow(id: id, digest: Hex.text(DecisionTable.digest(decision)))
    rows[decision] = row
    decisions[id] = (decision, row.digest)
    return row
  }
}

/// Where a decision is kept, and the digest by which the log knows it.
struct DecisionRow: Sendable {
  let id: Int64
  /// SHA-256 in lower-case hex.
  let digest: String
}

enum DecisionTable {
  /// SHA-256 over all fields, each with its length, so that no two decisions share one.
  static func digest(_ decision: Decision) -> Data {
    var hasher = SHA256()
    func add(_ text: String?) {
      let bytes = text.map { Array($0.utf8) }
      let length = bytes.map { UInt64($0.count) } ?? .max
      withUnsafeBytes(of: length.littleEndian) { hasher.update(bufferPointer: $0) }
      if let bytes { hasher.update(data: bytes) }
    }
    let grounds = decision.grounds
    add(decision.policyVersion)
    add(decision.catalogueVersion)
    add(grounds.purpose)
    add(grounds.lawfulBasis)
    add(grounds.specialCondition)
    add(grounds.legalGateway)
    add(String(decision.rules.count))
    for rule in decision.rules {
      add(rule.rule)
      add(rule.verdict.rawValue)
      add(rule.source)
      add(rule.reason)
      add(rule.code)
    }
    for obligation in decision.obligations {
      add(obligation.kind)
      add(obligation.detail)
    }
    return Data(hasher.finalize())
  }

  static func findOrInsert(_ decision: Decision, in database: Database) throws -> Int64 {
    let digest = digest(decision)
    let sql = "SELECT decision_id FROM decision WHERE sha256 = ?"
    if let found = try Int64.fetchOne(database, sql: sql, arguments: [digest]) { return found }
    let grounds = decision.grounds
    try database.execute(
      sql: """
        INSERT INTO decision (sha256, policy_version, catalogue_version, purpose, lawful_basis,
          special_condition, legal_gateway) VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        digest, decision.policyVersion, decision.catalogueVersion, grounds.purpose,
        grounds.lawfulBasis, grounds.specialCondition, grounds.legalGateway,
      ])
    let id = database.lastInsertedRowID
    for (position, rule) in decision.rules.enumerated() {
      try database.execute(
        sql: """
          INSERT INTO decision_rule (decision, position, rule, verdict, source, reason, code)
          VALUES (?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          id, position, rule.rule, rule.verdict.rawValue, rule.source, rule.reason, rule.code,
        ])
    }
    for (position, obligation) in decision.obligations.enumerated() {
      try database.execute(
        sql: """
          INSERT INTO decision_obligation (decision, position, kind, detail) VALUES (?, ?, ?, ?)
          """, arguments: [id, position, obligation.kind, obligation.detail])
    }
    return id
  }

  /// Reads a decision. Throws `StoreFailure.corrupt` when it is not there, or not the one that its
  /// digest was made of.
  static func read(_ id: Int64, in database: Database) throws -> Decision {
    let row = try Row.fetchOne(
      database, sql: "SELECT * FROM decision WHERE decision_id = ?", arguments: [id])
    guard let row else { throw StoreFailure.corrupt("decision") }
    let rules = try Row.fetchAll(
      database, sql: "SELECT * FROM decision_rule WHERE decision = ? ORDER BY position",
      arguments: [id])
    let obligations = try Row.fetchAll(
      database,
      sql: "SELECT kind, detail FROM decision_obligation WHERE decision = ? ORDER BY position",
      arguments: [id])
    let decision = Decision(
      rules: try rules.map(rule),
      obligations: obligations.map { Obligation(kind: $0["kind"], detail: $0["detail"]) },
      grounds: Grounds(
        purpose: row["purpose"], lawfulBasis: row["lawful_basis"],
        specialCondition: row["special_condition"], legalGateway: row["legal_gateway"]),
      policyVersion: row["policy_version"], catalogueVersion: row["catalogue_version"])
    let stored: Data = row["sha256"]
    guard stored == digest(decision) else { throw StoreFailure.corrupt("decision") }
    return decision
  }

  private static func rule(_ row: Row) throws -> RuleOutcome {
    guard let verdict = RuleOutcome.Verdict(rawValue: row["verdict"]) else {
      throw StoreFailure.corrupt("decision_rule")
    }
    let code: String? = row["code"]
    return RuleOutcome(
      rule: row["rule"], verdict: verdict, source: row["source"], reason: row["reason"],
      code: code.flatMap(RefusalCode.init(rawValue:)))
  }
}
