// What can go wrong with the store that is nobody's fault outside: thrown, and answered 503.
// Never says what a row held.

import GRDB

/// A failure of the store itself.
package enum StoreFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// A setting that durability rests on is not in force; the store refuses to open.
  case unsafeSetting(String)
  /// The database was written by a newer Gatehouse.
  case newerSchema
  /// A row cannot be read as what it must be; the table is named.
  case corrupt(String)
  /// The log would sign a tree smaller than one it has signed before.
  case logBehind(signed: Int64, held: Int64)
  /// The log's tree does not begin with the one signed before, of so many leaves.
  case logForked(signed: Int64)
  /// The disk failed while something was written (SQLite's extended result code): whether the
  /// last group is on disk is unknown, so nothing more is promised until a new start.
  case writeFailed(code: Int)

  package var description: String {
    switch self {
    case .unsafeSetting(let name):
      "the database setting \(name) is not in force, so receipts could be lost; not opening"
    case .newerSchema:
      "the database was written by a newer version of Gatehouse; use that version"
    case .corrupt(let table):
      "a row of table \(table) is damaged; restore from a backup (see ARCHITECTURE.md)"
    case .logBehind(let signed, let held):
      "the log holds \(held) leaves but has signed a tree of \(signed): was an old copy restored? "
        + "Signing now would fork the log. Put the newest copy in its place; where that is lost, "
        + "begin a new log (docs/log.md, After a restore)"
    case .logForked(let signed):
      "the log's first \(signed) leaves are not those it has signed, so it is not signed further; "
        + "run `gatehouse log verify`, and see docs/log.md, After a restore"
    case .writeFailed(let code):
      "the disk failed during a write (SQLite \(code)); nothing more is promised: check the disk, "
        + "then start again"
    }
  }

  /// The failure that an error of the writing connection amounts to; nil when the next group may
  /// well succeed.
  ///
  /// After a failed sync the kernel may call the same pages clean (Linux marks them so), so a
  /// second try that succeeds proves nothing.
  init?(fatal error: any Error) {
    guard let error = error as? DatabaseError else { return nil }
    let fatal: [ResultCode] = [
      .SQLITE_IOERR, .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_READONLY,
    ]
    // The journal's index could not grow (a full disk) or there was no memory: nothing was
    // committed, and it can be tried again.
    let passing: [ResultCode] = [.SQLITE_IOERR_SHMSIZE, .SQLITE_IOERR_NOMEM]
    guard fatal.contains(error.resultCode), !passing.contains(error.extendedResultCode) else {
      return nil
    }
    self = .writeFailed(code: Int(error.extendedResultCode.rawValue))
  }
}
