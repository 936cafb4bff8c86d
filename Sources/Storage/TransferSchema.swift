// Transfer files and the lost pupil pool: their tables. Migrations 0010 and 0013.
// Never holds a pupil's name or number: an entry of the pool has the initials and year group that
// officers may see, and keyed hashes.

import GRDB

enum TransferSchema {
  static func create(in database: Database) throws {
    try database.execute(sql: transfers)
    try database.execute(sql: pool)
  }

  /// What their end needs.
  static func addDisposal(in database: Database) throws { try database.execute(sql: disposal) }

  // `attachment_disposal` are the attachments of disposed messages whose file may still be there.
  private static let disposal = """
    ALTER TABLE transfer ADD COLUMN disposed_at INTEGER;
    CREATE INDEX transfer_kept ON transfer (message) WHERE disposed_at IS NULL;
    ALTER TABLE pool_posting ADD COLUMN expires_at INTEGER;
    CREATE INDEX pool_posting_ends ON pool_posting (expires_at) WHERE state = 'held';
    CREATE TABLE attachment_disposal (
      sha256 TEXT NOT NULL PRIMARY KEY REFERENCES attachment (sha256)
    ) STRICT, WITHOUT ROWID;
    """

  // A file on its way is a message; how far it is follows from the message's other rows.
  private static let transfers = """
    CREATE TABLE transfer (
      message INTEGER NOT NULL PRIMARY KEY REFERENCES message (sequence),
      source TEXT NOT NULL REFERENCES party (urn),
      recipient TEXT NOT NULL REFERENCES party (urn),
      file_name TEXT NOT NULL,
      version TEXT NOT NULL,
      sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
      pupils INTEGER NOT NULL CHECK (pupils >= 1)
    ) STRICT;
    CREATE INDEX transfer_by_source ON transfer (source, message);
    CREATE INDEX transfer_by_recipient ON transfer (recipient, message);
    CREATE INDEX transfer_by_name ON transfer (source, file_name);
    """

  // A ground is kept with the regulations its letter is of: a letter means one thing in 2006 and
  // another in 2024. `visible_from` is the posting delay of the authority. One claim at most is
  // released: the file moves once.
  private static let pool = """
    CREATE TABLE pool_posting (
      message INTEGER NOT NULL PRIMARY KEY REFERENCES message (sequence),
      poster TEXT NOT NULL REFERENCES party (urn),
      authority TEXT NOT NULL CHECK (length(authority) = 3),
      initials TEXT NOT NULL,
      year_group TEXT NOT NULL,
      regulations TEXT NOT NULL CHECK (regulations IN ('si2024-208', 'si2006-1751')),
      ground TEXT NOT NULL CHECK (length(ground) = 1),
      posted_at INTEGER NOT NULL,
      visible_from INTEGER NOT NULL,
      state TEXT NOT NULL DEFAULT 'held' CHECK (state IN ('held', 'released', 'disposed')),
      ended_at INTEGER,
      CHECK ((state = 'held') = (ended_at IS NULL)),
      CHECK ((regulations = 'si2024-208') = (ground BETWEEN 'A' AND 'O')),
      CHECK ((regulations = 'si2006-1751') = (ground BETWEEN 'a' AND 'o'))
    ) STRICT;
    CREATE INDEX pool_posting_held ON pool_posting (visible_from) WHERE state = 'held';
    CREATE TABLE pool_child (
      child_key BLOB NOT NULL CHECK (length(child_key) = 16),
      posting INTEGER NOT NULL REFERENCES pool_posting (message),
      PRIMARY KEY (child_key, posting)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX pool_child_by_posting ON pool_child (posting);
    CREATE TABLE pool_claim (
      message INTEGER NOT NULL PRIMARY KEY REFERENCES message (sequence),
      posting INTEGER NOT NULL REFERENCES pool_posting (message),
      claimant TEXT NOT NULL REFERENCES party (urn),
      school TEXT NOT NULL CHECK (length(school) = 7),
      evidence TEXT NOT NULL,
      claimed_at INTEGER NOT NULL,
      state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'released', 'refused')),
      decided_party TEXT REFERENCES party (urn),
      decided_by TEXT,
      decided_at INTEGER,
      reason TEXT,
      notice INTEGER REFERENCES notice (notice_id),
      CHECK ((state = 'open') = (decided_at IS NULL)),
      CHECK ((decided_at IS NULL) = (decided_by IS NULL)),
      CHECK ((state = 'released') = (notice IS NOT NULL))
    ) STRICT;
    CREATE UNIQUE INDEX pool_claim_once ON pool_claim (posting) WHERE state = 'released';
    CREATE INDEX pool_claim_open ON pool_claim (posting) WHERE state = 'open';
    CREATE TABLE pool_delay (
      authority TEXT NOT NULL PRIMARY KEY CHECK (length(authority) = 3),
      delay TEXT NOT NULL CHECK (delay IN ('15-school-days', '20-school-days', '4-weeks'))
    ) STRICT, WITHOUT ROWID;
    """
}
