// Looking children up in the index. Never for a caller's eyes: what is found still has to pass the
// access gate.

import ExchangeModel
import GRDB

/// Which messages about a child are looked for.
struct ChildSearch: Sendable {
  /// Whose messages: all, those a party sent or received, or those it sent.
  enum Scope: Sendable {
    case everything
    case ofParty(PartyURN)
    case sentBy(PartyURN)
  }

  let keys: SubjectKeys
  let scope: Scope

  /// A message found, and whether a number led to it, or names and date of birth alone.
  struct Found: Sendable {
    let sequence: Int64
    let isByNumber: Bool
  }

  /// The messages after a sequence number, in the order of arrival, `limit` at most.
  func messages(
    after sequence: Int64, limit: Int, in database: Database
  ) throws -> [Found] {
    let all = keys.all
    guard !all.isEmpty else { return [] }
    let marks = Self.marks(all.count)
    var arguments: StatementArguments = []
    // The columns come before the condition.
    for key in keys.numbers { arguments += [key.data] }
    for key in all { arguments += [key.data] }
    arguments += [sequence]
    var condition = ""
    switch scope {
    case .everything: break
    case .ofParty(let party):
      condition = "AND (message.source = ? OR message.recipient = ?)"
      arguments += [party.text, party.text]
    case .sentBy(let party):
      condition = "AND message.source = ?"
      arguments += [party.text]
    }
    arguments += [limit]
    let isByNumber =
      keys.numbers.isEmpty ? "0" : "max(child_key IN (\(Self.marks(keys.numbers.count))))"
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT child_index.message AS sequence, \(isByNumber) AS by_number
        FROM child_index JOIN message ON message.sequence = child_index.message
        WHERE child_key IN (\(marks)) AND child_index.message > ? \(condition)
        GROUP BY child_index.message ORDER BY child_index.message LIMIT ?
        """, arguments: arguments)
    return rows.map { Found(sequence: $0["sequence"], isByNumber: $0["by_number"]) }
  }

  /// The sequence number that a cursor stands for; 0 without one. Throws `bad-parameter` when it is
  /// no message of this scope.
  func start(after cursor: MessageID?, in database: Database) throws -> Int64 {
    guard let cursor else { return 0 }
    let row = try MessageRow.find(cursor, in: database)
    let isOurs =
      switch scope {
      case .everything: true
      case .ofParty(let party):
        row?.summary.source == party || row?.summary.recipient == party
      case .sentBy(let party): row?.summary.source == party
      }
    guard let row, isOurs else { throw Refusal(.badParameter) }
    return row.sequence
  }

  static func marks(_ count: Int) -> String {
    Array(repeating: "?", count: count).joined(separator: ", ")
  }
}
