// A row of a case, as the writer and the readers see it. Never read for a party without its right
// to it having been asked.

import ExchangeModel
import GRDB

/// What a case is about.
package enum CaseKind: String, Sendable, CaseIterable {
  /// A child missing education (Education Act 1996, section 436A).
  case missingChild = "missing-child"
  /// A deletion from the admission register (SI 2024/208, regulation 9).
  case deletion
  /// A new entry in it (regulation 13).
  case newPupil = "new-pupil"
  /// A question to others whether they know a child.
  case trace
}

struct CaseRow {
  let id: String
  let kind: CaseKind
  /// Whose case it is: the officers it was referred to, or those who trace.
  let keeper: PartyURN
  let state: String

  /// States of a case of a missing child in which it still looks for one.
  private static let openStates = ["referred", "open-tracing", "open-out-of-education"]

  var isOpen: Bool { Self.openStates.contains { $0.utf8.elementsEqual(state.utf8) } }

  static func find(_ id: String, in database: Database) throws -> CaseRow? {
    try fetch(database, "case_id = ?", [id])
  }

  static func fetch(
    _ database: Database, _ condition: String, _ arguments: StatementArguments
  ) throws -> CaseRow? {
    let statement = try database.cachedStatement(sql: sql(condition) + " LIMIT 1")
    return try Row.fetchOne(statement, arguments: arguments).map(CaseRow.init)
  }

  static func fetchAll(
    _ database: Database, _ condition: String, _ arguments: StatementArguments
  ) throws -> [CaseRow] {
    let statement = try database.cachedStatement(sql: sql(condition) + " LIMIT 100")
    return try Row.fetchAll(statement, arguments: arguments).map(CaseRow.init)
  }

  private static func sql(_ condition: String) -> String {
    "SELECT case_id, kind, keeper, state FROM exchange_case WHERE \(condition)"
  }

  init(id: String, kind: CaseKind, keeper: PartyURN, state: String) {
    self.id = id
    self.kind = kind
    self.keeper = keeper
    self.state = state
  }

  private init(_ row: Row) throws {
    guard let kind = CaseKind(rawValue: row["kind"]), let keeper = PartyURN(row["keeper"]) else {
      throw StoreFailure.corrupt("exchange_case")
    }
    self.init(id: row["case_id"], kind: kind, keeper: keeper, state: row["state"])
  }
}
