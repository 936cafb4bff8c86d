// The tables of the grounds: facts of decisions, catalogues used, children's keys, held messages,
// and the notices that the gateway itself owes. Migration 0002.
// Never holds an identifier of a child: only keyed hashes of them.

import GRDB

enum GroundsSchema {
  static func create(in database: Database) throws {
    try database.execute(sql: directory)
    try database.execute(sql: facts)
    try database.execute(sql: children)
    try database.execute(sql: held)
    try database.execute(sql: notices)
  }

  private static let directory = """
    ALTER TABLE party ADD COLUMN country TEXT NOT NULL DEFAULT 'GB' CHECK (length(country) = 2);
    ALTER TABLE party ADD COLUMN purposes TEXT;
    """

  // Facts are kept once, known by their digest: many messages share them. A catalogue version is
  // kept with its files, so that a decision can be made again by the words of its time.
  private static let facts = """
    CREATE TABLE facts (
      facts_id INTEGER NOT NULL PRIMARY KEY,
      sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
      body BLOB NOT NULL
    ) STRICT;
    CREATE TABLE catalogue (
      version TEXT NOT NULL PRIMARY KEY,
      recorded_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE catalogue_file (
      version TEXT NOT NULL REFERENCES catalogue (version),
      path TEXT NOT NULL,
      bytes BLOB NOT NULL,
      PRIMARY KEY (version, path)
    ) STRICT, WITHOUT ROWID;
    ALTER TABLE message ADD COLUMN facts INTEGER REFERENCES facts (facts_id);
    ALTER TABLE message ADD COLUMN consent TEXT;
    ALTER TABLE message ADD COLUMN is_sealed INTEGER NOT NULL DEFAULT 0
      CHECK (is_sealed IN (0, 1));
    ALTER TABLE message ADD COLUMN opened_at INTEGER;
    CREATE INDEX message_by_consent ON message (consent) WHERE consent IS NOT NULL;
    """

  // The keys go into the message's own row at admission, in the order of arrival, and into the
  // index later in sorted batches: inserting random keys one by one writes a page for each.
  private static let children = """
    ALTER TABLE message ADD COLUMN child_keys BLOB;
    CREATE TABLE child_index (
      child_key BLOB NOT NULL CHECK (length(child_key) = 16),
      message INTEGER NOT NULL REFERENCES message (sequence),
      PRIMARY KEY (child_key, message)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE child_index_state (
      only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
      through INTEGER NOT NULL
    ) STRICT;
    INSERT INTO child_index_state VALUES (1, 0);
    """

  private static let held = """
    CREATE TABLE held (
      message INTEGER NOT NULL PRIMARY KEY REFERENCES message (sequence),
      reason TEXT NOT NULL CHECK (reason IN ('consent-withdrawn', 'review', 'administrator')),
      held_at INTEGER NOT NULL,
      leaf INTEGER NOT NULL REFERENCES leaf (leaf_index)
    ) STRICT;
    """

  // A notice is a message that the gateway owes somebody, or sends for somebody. It is owed in the
  // transaction of its cause, and sent later through the same door as any message; its own id makes
  // a second sending a duplicate.
  private static let notices = """
    CREATE TABLE notice (
      notice_id INTEGER NOT NULL PRIMARY KEY,
      kind TEXT NOT NULL,
      source TEXT REFERENCES party (urn),
      recipient TEXT NOT NULL REFERENCES party (urn),
      about TEXT,
      detail TEXT NOT NULL,
      due_at INTEGER NOT NULL,
      attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
      state TEXT NOT NULL CHECK (state IN ('owed', 'sent', 'given-up')),
      message TEXT,
      failure TEXT
    ) STRICT;
    CREATE INDEX notice_owed ON notice (due_at) WHERE state = 'owed';
    """
}
