// Brings the table of audit questions up to the newest leaf. Admission does not pay for it: leaves
// are taken in later, many at once, and before every question.
// Never the only place of anything: it can be emptied and made again from the leaves.

import ExchangeModel
import Foundation
import GRDB
import MessageLog

/// What of a leaf can be asked for, in words; the row is made of it.
struct AuditRow: Sendable, Equatable {
  let at: Int64
  let kind: String
  var source: String?
  var recipient: String?
  var actor: String?
  var party: String?
  var type: String?
  var purpose: String?
  var basis: String?
  var code: String?
  var isPermit: Bool?
  var isOverride = false
  var isView: Bool

  /// The kinds by which somebody saw something.
  static let views: Set<LogEvent.Kind> = [
    .read, .attachmentRead, .subjectExported, .searched, .logOpened, .contentOpened, .pupilShown,
  ]

  /// The row of a leaf; its event is nil when it was shredded.
  init(_ entry: LeafEntry, _ event: LogEvent?) {
    at = entry.at.milliseconds
    kind = entry.kind.rawValue
    isView = Self.views.contains(entry.kind)
    guard let event else { return }
    source = event[.source]
    recipient = event[.recipient]
    actor = event[.actor]
    party = event[.party]
    type = event[.type]
    purpose = event[.purpose]
    basis = event[.basis]
    code = event[.code]
    switch entry.kind {
    case .admitted: isPermit = true
    case .refused: isPermit = false
    case .decisionAsked: isPermit = event[.outcome] == Decision.Verdict.permit.rawValue
    default: break
    }
    isOverride = entry.kind == .disclosedWithoutConsent || event[.override] != nil
  }

  /// The texts, in the order of the columns.
  var texts: [String?] {
    [kind, source, recipient, actor, party, type, purpose, basis, code]
  }
}

/// Moves leaves into the table.
struct AuditIndex {
  let database: Database

  /// Leaves taken in by one job of the writer: some five milliseconds, for which admissions wait.
  static let leavesPerJob: Int64 = 250

  /// Leaves whose times stand together in one row of `audit_span`.
  static let span: Int64 = 4096

  /// Leaves that are in.
  func through() throws -> Int64 {
    try Int64.fetchOne(try database.cachedStatement(sql: "SELECT through FROM audit_state")) ?? 0
  }

  /// Takes the next leaves in, `limit` at most, in this transaction. Rows that are there already,
  /// of a leaf that is not yet said to be in, are written anew.
  /// - Returns: how many there were.
  func advance(limit: Int64) throws -> Int64 {
    let start = try through()
    let end = min(start + limit, try LogTables.size(database))
    guard end > start else { return 0 }
    var words = AuditWords(database: database)
    // Not `INSERT OR REPLACE`: SQLite keeps a copy of each page that such a statement changes.
    try database.execute(
      sql: "DELETE FROM audit_event WHERE leaf >= ? AND leaf < ?", arguments: [start, end])
    let insert = try database.cachedStatement(
      sql: """
        INSERT INTO audit_event (leaf, at, kind, source, recipient, actor, party, type,
          purpose, basis, code, is_permit, is_override, is_view)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    let leaves = try Row.fetchCursor(
      try database.cachedStatement(
        sql: """
          SELECT leaf_index, entry, event FROM leaf WHERE leaf_index >= ? AND leaf_index < ?
          ORDER BY leaf_index
          """), arguments: [start, end])
    var spans: [Int64: ClosedRange<Int64>] = [:]
    while let leaf = try leaves.next() {
      let row = try Self.row(leaf)
      let index: Int64 = leaf["leaf_index"]
      var values = [index.databaseValue, row.at.databaseValue]
      for text in row.texts {
        values.append(try text.map { try words.number(of: $0).databaseValue } ?? .null)
      }
      values += [
        row.isPermit?.databaseValue ?? .null, row.isOverride.databaseValue,
        row.isView.databaseValue,
      ]
      try insert.execute(arguments: StatementArguments(values))
      let known = spans[index / Self.span] ?? row.at...row.at
      spans[index / Self.span] = min(known.lowerBound, row.at)...max(known.upperBound, row.at)
    }
    try widen(spans)
    // Rows and mark are of one transaction: cut short, nothing was taken in.
    try database.execute(
      sql: "UPDATE audit_state SET through = ? WHERE only_row = 1", arguments: [end])
    return end - start
  }

  private func widen(_ spans: [Int64: ClosedRange<Int64>]) throws {
    for (span, times) in spans {
      try database.execute(
        sql: """
          INSERT INTO audit_span (span, first_at, last_at) VALUES (?, ?, ?)
          ON CONFLICT (span) DO UPDATE SET first_at = min(first_at, excluded.first_at),
            last_at = max(last_at, excluded.last_at)
          """, arguments: [span, times.lowerBound, times.upperBound])
    }
  }

  private static func row(_ leaf: Row) throws -> AuditRow {
    guard let entry = try? LeafEntry(leaf.bytes("entry") ?? []) else {
      throw StoreFailure.corrupt("leaf")
    }
    return AuditRow(entry, try leaf.bytes("event").map { try LogEvent(canonicalBytes: $0) })
  }
}

/// The numbers of words, made when they are new.
struct AuditWords {
  let database: Database
  private var known: [String: Int64] = [:]

  /// Words kept at hand in one job.
  private static let most = 10_000

  init(database: Database) { self.database = database }

  mutating func number(of word: String) throws -> Int64 {
    // Only ASCII is kept at hand: Swift takes other texts that merely look alike for one.
    let isPlain = word.utf8.allSatisfy { $0 < 0x80 }
    if isPlain, let number = known[word] { return number }
    let number: Int64
    if let found = try find(word) {
      number = found
    } else {
      try database.execute(sql: "INSERT INTO audit_word (word) VALUES (?)", arguments: [word])
      number = database.lastInsertedRowID
    }
    if known.count >= Self.most { known.removeAll() }
    if isPlain { known[word] = number }
    return number
  }

  /// The number of a word; nil when no event has it.
  func find(_ word: String) throws -> Int64? {
    try Int64.fetchOne(
      try database.cachedStatement(sql: "SELECT number FROM audit_word WHERE word = ?"),
      arguments: [word])
  }
}

extension Store {
  /// Brings the table of audit questions up to the leaf that is the newest now, in bounded jobs of
  /// the writer; costs one read when there is nothing to do. Whatever was taken in stays when it is
  /// cut short.
  ///
  /// - Parameter rest: pauses after each job, in multiples of the time that it took, so that
  ///   admissions have the writer meanwhile; 0 where somebody waits for the answer.
  /// - Returns: how many leaves were taken in.
  @discardableResult
  package func indexLog(rest: Int = 0) async throws -> Int64 {
    var total: Int64 = 0
    let end = try await pool.read { try LogTables.size($0) }
    while try await pool.read({ try AuditIndex(database: $0).through() }) < end {
      total += try await writer.submit(rest: rest) { context in
        try AuditIndex(database: context.database).advance(limit: AuditIndex.leavesPerJob)
      }
    }
    return total
  }
}
