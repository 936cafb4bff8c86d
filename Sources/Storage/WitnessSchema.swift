// The tables of witnessing: cosignatures on our checkpoints, logs that we are a witness of, what
// keeps us from signing, and the notes by which our key was followed by another. Migration 0006.
// Never holds a private key.

import GRDB

enum WitnessSchema {
  static func create(in database: Database) throws {
    try database.execute(sql: cosignatures)
    try database.execute(sql: witnessed)
    try database.execute(sql: halts)
    try database.execute(sql: rotations)
  }

  private static let cosignatures = """
    CREATE TABLE cosignature (
      tree_size INTEGER NOT NULL REFERENCES checkpoint (tree_size),
      vkey TEXT NOT NULL,
      line BLOB NOT NULL,
      received_at INTEGER NOT NULL,
      PRIMARY KEY (tree_size, vkey)
    ) STRICT, WITHOUT ROWID;
    """

  // One row for each log, which never goes back: not by a mistake of ours either.
  private static let witnessed = """
    CREATE TABLE witnessed_log (
      origin TEXT NOT NULL PRIMARY KEY,
      tree_size INTEGER NOT NULL CHECK (tree_size >= 0),
      root BLOB NOT NULL CHECK (length(root) = 32),
      vkey TEXT NOT NULL,
      checkpoint BLOB NOT NULL,
      cosigned_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER witnessed_log_grows BEFORE UPDATE ON witnessed_log
    WHEN NEW.tree_size < OLD.tree_size OR NEW.origin <> OLD.origin
      OR (NEW.tree_size = OLD.tree_size AND NEW.root <> OLD.root)
    BEGIN SELECT RAISE(ABORT, 'a witnessed log never goes back'); END;
    CREATE TRIGGER witnessed_log_stays BEFORE DELETE ON witnessed_log
    BEGIN SELECT RAISE(ABORT, 'a witnessed log is never forgotten'); END;
    """

  // Who says that our log may not be signed further, and why.
  private static let halts = """
    CREATE TABLE log_halt (
      origin TEXT NOT NULL,
      witness TEXT NOT NULL,
      reason TEXT NOT NULL CHECK (reason IN ('behind', 'forked')),
      tree_size INTEGER NOT NULL CHECK (tree_size >= 0),
      halted_at INTEGER NOT NULL,
      PRIMARY KEY (origin, witness)
    ) STRICT, WITHOUT ROWID;
    """

  private static let rotations = """
    CREATE TABLE log_key_rotation (
      old_vkey TEXT NOT NULL,
      new_vkey TEXT NOT NULL,
      note BLOB NOT NULL,
      leaf INTEGER NOT NULL REFERENCES leaf (leaf_index),
      PRIMARY KEY (old_vkey, new_vkey)
    ) STRICT, WITHOUT ROWID;
    """
}
