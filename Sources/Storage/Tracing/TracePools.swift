// The pools of the authorities in memory, each an image made from the rows with what changed since.
// Never the only place of anything: an image can be thrown away and made again.

import ExchangeModel
import Foundation
import GRDB
import PupilTracing
import Synchronization

/// One image for each authority whose pupils are searched. Before each search it takes in what any
/// process has changed, so a pupil is found as soon as its change is committed.
final class TracePools: Sendable {
  private struct State {
    var pools: [String: PupilPool] = [:]
    /// The revision up to which each pool knows the rows.
    var revisions: [String: Int64] = [:]
  }

  /// Changes taken in one by one; with more the image is made again.
  private static let mostChanges = 1000

  private let state = Mutex(State())
  private let variants: NameVariants
  /// Where an image lies while it is made.
  private let directory: String

  init(directory: String, variants: NameVariants = .none) {
    self.directory = directory
    self.variants = variants
  }

  /// The pool of an authority as of this snapshot of the database.
  func pool(of authority: String, in database: Database, _ sealing: Sealing) throws -> PupilPool {
    let newest = try Int64.fetchOne(database, sql: "SELECT coalesce(max(revision), 0) FROM pupil")
    let known = state.withLock { ($0.pools[authority], $0.revisions[authority] ?? 0) }
    guard let newest else { throw StoreFailure.corrupt("pupil") }
    guard var pool = known.0 else { return try build(authority, newest, in: database, sealing) }
    guard known.1 < newest else { return pool }
    let changed = try StoredPupil.changed(
      since: known.1, limit: Self.mostChanges + 1, in: database, sealing)
    guard changed.count <= Self.mostChanges, !pool.needsImage else {
      return try build(authority, newest, in: database, sealing)
    }
    for pupil in changed where pupil.authority.utf8.elementsEqual(authority.utf8) {
      if let record = pupil.searched {
        try pool.upsert(record)
      } else {
        try pool.remove(id: String(pupil.number))
      }
    }
    keep(pool, newest, as: authority)
    return pool
  }

  private func build(
    _ authority: String, _ revision: Int64, in database: Database, _ sealing: Sealing
  ) throws -> PupilPool {
    let count = try Int.fetchOne(
      database, sql: "SELECT count(*) FROM pupil WHERE authority = ?", arguments: [authority])
    // What an image holds is not sealed, so it has no name but while it is made: it goes with the
    // process, and is in no backup.
    let path = directory + "/pupils-\(UUID().uuidString).image"
    defer { unlink(path) }
    let file = try PupilImageFileWriter(path: path)
    let writer = ImageWriter(to: file, variants: variants, expected: count ?? 0)
    try StoredPupil.visitAll(of: authority, in: database, sealing) { pupil in
      if let record = pupil.searched { try writer.add(record) }
    }
    try writer.finish()
    let pool = PupilPool(
      image: try PupilImage(PupilImageFile(path: path)), variants: variants)
    keep(pool, revision, as: authority)
    return pool
  }

  /// Two searches may have come to different revisions: the later one counts.
  private func keep(_ pool: PupilPool, _ revision: Int64, as authority: String) {
    state.withLock { state in
      guard revision >= state.revisions[authority] ?? 0 else { return }
      state.pools[authority] = pool
      state.revisions[authority] = revision
    }
  }
}
