// Finding the leaves of one page of an audit question: the index that narrows most leads, the other
// conditions are asked of each row, and no page looks through more than so many rows.
// Never reads an event: the table of words answers.

import ExchangeModel
import GRDB
import MessageLog

/// Looks for the leaves of one page.
struct AuditScan {
  /// Rows that one page looks through, at most.
  static let mostRows = 20_000
  /// Rows of the first step; each further one takes four times as many.
  private static let firstStep = 1024

  /// An index and the number it is asked for; without one for an index of few leaves.
  struct Lead: Equatable {
    let index: String
    let condition: String
    let word: Int64?
  }

  let database: Database
  /// The leads whose leaves together are looked through; empty for the whole log.
  private(set) var leads: [Lead] = []
  private var conditions: [String] = []
  private var arguments: StatementArguments = []
  /// True when a word is asked for that no event has.
  private(set) var isEmpty = false

  init(_ query: AuditQuery, in database: Database) throws {
    self.database = database
    let words = AuditWords(database: database)
    func number(_ word: String?) throws -> Int64? {
      guard let word else { return nil }
      return try words.find(word) ?? -1
    }
    let asked: [(column: String, word: Int64?)] = [
      ("code", try number(query.code?.rawValue)), ("actor", try number(query.actor)),
      ("source", try number(query.source?.text)),
      ("recipient", try number(query.recipient?.text)),
      ("kind", try number(query.kind?.rawValue)), ("type", try number(query.type)),
      ("basis", try number(query.basis)), ("purpose", try number(query.purpose)),
    ]
    for (column, word) in asked {
      guard let word else { continue }
      if word < 0 { isEmpty = true }
      add("\(column) = ?", word)
    }
    if let decision = query.decision { add("is_permit = ?", decision == .permit ? 1 : 0) }
    if query.overridesOnly { add("is_override = 1") }
    if query.viewsOnly { add("is_view = 1") }
    if let from = query.from { add("at >= ?", from.milliseconds) }
    if let to = query.to { add("at < ?", to.milliseconds) }
    let party = try number(query.party?.text)
    if let party {
      if party < 0 { isEmpty = true }
      conditions.append("? IN (source, recipient, actor, party)")
      arguments += [party]
    }
    leads = Self.leads(query, asked, party)
  }

  private mutating func add(_ condition: String, _ value: Int64? = nil) {
    conditions.append(condition)
    if let value { arguments += [value] }
  }

  /// The way to the fewest rows, as far as that can be told without counting.
  private static func leads(
    _ query: AuditQuery, _ asked: [(column: String, word: Int64?)], _ party: Int64?
  ) -> [Lead] {
    func lead(_ column: String) -> Lead? {
      guard let word = asked.first(where: { $0.column == column })?.word else { return nil }
      return Lead(index: "audit_by_\(column)", condition: "\(column) = ?", word: word)
    }
    let isDenied = query.decision == .deny
    if query.overridesOnly {
      return [Lead(index: "audit_override", condition: "is_override = 1", word: nil)]
    }
    if let code = lead("code") { return [code] }
    if isDenied, let source = lead("source") {
      return [
        Lead(
          index: "audit_refusal_by_source", condition: "is_permit = 0 AND source = ?",
          word: source.word)
      ]
    }
    for column in ["actor", "source", "recipient"] {
      if let lead = lead(column) { return [lead] }
    }
    if let party {
      return ["source", "recipient", "actor", "party"].map {
        Lead(index: "audit_by_\($0)", condition: "\($0) = ?", word: party)
      }
    }
    if isDenied { return [Lead(index: "audit_refusal", condition: "is_permit = 0", word: nil)] }
    if query.kind.map({ $0 != .admitted }) ?? false, let kind = lead("kind") { return [kind] }
    if query.viewsOnly {
      return [Lead(index: "audit_view", condition: "is_view = 1", word: nil)]
    }
    for column in ["type", "basis", "purpose", "kind"] {
      if let lead = lead(column) { return [lead] }
    }
    return []
  }

  /// The next leaves after one, at most `limit`, and where the looking ended: nil at the end.
  func leaves(
    after leaf: Int64, before end: Int64, limit: Int
  ) throws -> (found: [Int64], lookedTo: Int64?) {
    guard !isEmpty else { return ([], nil) }
    var found: [Int64] = []
    var start = leaf
    var looked = 0
    var step = Self.firstStep
    while start < end - 1, looked < Self.mostRows {
      let bound = try horizon(after: start, before: end, rows: step) ?? end
      found += try matches(after: start, before: bound, limit: limit - found.count)
      if found.count >= limit { return (found, found.last) }
      looked += step
      step = min(step * 4, max(Self.mostRows - looked, 1))
      start = bound - 1
    }
    return (found, start < end - 1 ? start : nil)
  }

  /// The leaf before which so many rows of the leads stand; nil when there are fewer.
  private func horizon(after leaf: Int64, before end: Int64, rows: Int) throws -> Int64? {
    guard !leads.isEmpty else {
      let bound = leaf + 1 + Int64(rows)
      return bound < end ? bound : nil
    }
    var arguments: StatementArguments = []
    let union = ledSQL(after: leaf, before: end, &arguments)
    arguments += [rows]
    return try Int64.fetchOne(
      try database.cachedStatement(sql: "\(union) ORDER BY leaf LIMIT 1 OFFSET ?"),
      arguments: arguments)
  }

  private func matches(after leaf: Int64, before bound: Int64, limit: Int) throws -> [Int64] {
    var arguments: StatementArguments = []
    var whole = conditions
    if leads.isEmpty {
      whole += ["leaf > ?", "leaf < ?"]
      arguments += self.arguments
      arguments += [leaf, bound]
    } else {
      arguments += self.arguments
      whole.append("leaf IN (\(ledSQL(after: leaf, before: bound, &arguments)))")
    }
    arguments += [limit]
    return try Int64.fetchAll(
      try database.cachedStatement(
        sql: """
          SELECT leaf FROM audit_event NOT INDEXED WHERE \(whole.joined(separator: " AND "))
          ORDER BY leaf LIMIT ?
          """), arguments: arguments)
  }

  /// The leaves of all leads between two, each once.
  private func ledSQL(
    after leaf: Int64, before end: Int64, _ arguments: inout StatementArguments
  ) -> String {
    var parts: [String] = []
    for lead in leads {
      parts.append(
        """
        SELECT leaf FROM audit_event INDEXED BY \(lead.index)
        WHERE \(lead.condition) AND leaf > ? AND leaf < ?
        """)
      if let word = lead.word { arguments += [word] }
      arguments += [leaf, end]
    }
    return parts.joined(separator: " UNION ")
  }

  /// Which of these leaves meet the conditions, in their order.
  func among(_ leaves: [Int64]) throws -> [Int64] {
    guard !isEmpty, !leaves.isEmpty else { return [] }
    var whole = conditions
    whole.append("leaf IN (\(ChildSearch.marks(leaves.count)))")
    var arguments = arguments
    for leaf in leaves { arguments += [leaf] }
    return try Int64.fetchAll(
      database,
      sql: """
        SELECT leaf FROM audit_event NOT INDEXED WHERE \(whole.joined(separator: " AND "))
        ORDER BY leaf
        """, arguments: arguments)
  }

  /// The range of leaves outside which no leaf is of the times asked for.
  func range(from: Timestamp?, to: Timestamp?, end: Int64) throws -> Range<Int64> {
    var first: Int64 = 0
    var last = end
    if let from {
      let span = try Int64.fetchOne(
        database, sql: "SELECT min(span) FROM audit_span WHERE last_at >= ?",
        arguments: [from.milliseconds])
      first = span.map { $0 * AuditIndex.span } ?? end
    }
    if let to {
      let span = try Int64.fetchOne(
        database, sql: "SELECT max(span) FROM audit_span WHERE first_at < ?",
        arguments: [to.milliseconds])
      last = min(end, span.map { ($0 + 1) * AuditIndex.span } ?? 0)
    }
    return min(first, last)..<max(last, min(first, last))
  }
}
