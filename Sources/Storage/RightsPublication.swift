// Whether a text that is to be published names a child that the gateway knows.
// Never says which child, nor where the name stands.

import ExchangeModel
import GRDB

extension WriteContext {
  /// True when one of these keys is of the names of a child that any message was about, also one
  /// of a moment ago.
  ///
  /// Throws: `Refusal(.tooBusy)`, with nothing written, when too many messages wait to be indexed
  /// for it to be told in time.
  func namesAKnownChild(_ names: [ChildKey]) throws -> Bool {
    guard !names.isEmpty else { return false }
    let index = ChildIndex(database: database)
    guard try !index.isBehind(by: ChildIndex.messagesWithinJob) else { throw Refusal(.tooBusy) }
    while try index.advance(limit: ChildIndex.messagesPerJob) == ChildIndex.messagesPerJob {}
    let known = try database.cachedStatement(
      sql: "SELECT EXISTS (SELECT 1 FROM child_index WHERE child_key = ?)")
    return try names.contains { try Bool.fetchOne(known, arguments: [$0.data]) == true }
  }
}

extension ChildKeys {
  /// The keys of pairs of names that stand in a text, either way round; each once.
  func nameKeys(of effect: MessageEffect?) -> [ChildKey] {
    guard case .publication(_, let pairs) = effect else { return [] }
    var keys: Set<ChildKey> = []
    for pair in pairs {
      guard let first = pair.first, let last = pair.dropFirst().first else { continue }
      keys.insert(nameKey(forename: first, surname: last))
      keys.insert(nameKey(forename: last, surname: first))
    }
    return keys.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
  }
}
