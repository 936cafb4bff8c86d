// The tables by which an administrator's questions are answered fast: one row for each leaf with
// what its event says in words, the staff's own acts with their reasons, and which child a look was
// about. Migration 0007. Never the only place of anything but the reasons: rows and words can be
// made again from the leaves. No identifier of a child: only keyed hashes.

import GRDB

enum AuditSchema {
  static func create(in database: Database) throws {
    try database.execute(sql: events)
    try database.execute(sql: indexes)
    try database.execute(sql: acts)
  }

  // Each text is a number of `audit_word`. Leaves from `through` on are not in yet.
  // `audit_span` has the first and last time of each run of 4096 leaves, since a clock may go back.
  private static let events = """
    CREATE TABLE audit_word (
      number INTEGER NOT NULL PRIMARY KEY,
      word TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE TABLE audit_event (
      leaf INTEGER NOT NULL PRIMARY KEY,
      at INTEGER NOT NULL,
      kind INTEGER NOT NULL,
      source INTEGER,
      recipient INTEGER,
      actor INTEGER,
      party INTEGER,
      type INTEGER,
      purpose INTEGER,
      basis INTEGER,
      code INTEGER,
      is_permit INTEGER CHECK (is_permit IN (0, 1)),
      is_override INTEGER NOT NULL CHECK (is_override IN (0, 1)),
      is_view INTEGER NOT NULL CHECK (is_view IN (0, 1))
    ) STRICT;
    CREATE TABLE audit_span (
      span INTEGER NOT NULL PRIMARY KEY,
      first_at INTEGER NOT NULL,
      last_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE audit_state (
      only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
      through INTEGER NOT NULL CHECK (through >= 0)
    ) STRICT;
    INSERT INTO audit_state VALUES (1, 0);
    CREATE TRIGGER audit_event_shredded AFTER UPDATE OF event ON leaf WHEN NEW.event IS NULL
    BEGIN
      UPDATE audit_event SET source = NULL, recipient = NULL, actor = NULL, party = NULL,
        type = NULL, purpose = NULL, basis = NULL, code = NULL, is_permit = NULL, is_override = 0
      WHERE leaf = NEW.leaf_index;
    END;
    """

  // Each leads to its leaves in the order of the log, so that a page costs its own length.
  private static let indexes = """
    CREATE INDEX audit_by_kind ON audit_event (kind, leaf);
    CREATE INDEX audit_by_source ON audit_event (source, leaf) WHERE source IS NOT NULL;
    CREATE INDEX audit_by_recipient ON audit_event (recipient, leaf)
      WHERE recipient IS NOT NULL;
    CREATE INDEX audit_by_actor ON audit_event (actor, leaf) WHERE actor IS NOT NULL;
    CREATE INDEX audit_by_party ON audit_event (party, leaf) WHERE party IS NOT NULL;
    CREATE INDEX audit_by_type ON audit_event (type, leaf) WHERE type IS NOT NULL;
    CREATE INDEX audit_by_purpose ON audit_event (purpose, leaf) WHERE purpose IS NOT NULL;
    CREATE INDEX audit_by_basis ON audit_event (basis, leaf) WHERE basis IS NOT NULL;
    CREATE INDEX audit_by_code ON audit_event (code, leaf) WHERE code IS NOT NULL;
    CREATE INDEX audit_refusal_by_source ON audit_event (source, leaf) WHERE is_permit = 0;
    CREATE INDEX audit_refusal ON audit_event (leaf) WHERE is_permit = 0;
    CREATE INDEX audit_override ON audit_event (leaf) WHERE is_override = 1;
    CREATE INDEX audit_view ON audit_event (leaf) WHERE is_view = 1;
    """

  // `reason` is sealed; the event has its digest. `child_view` says whom a look was about.
  private static let acts = """
    CREATE TABLE staff_act (
      leaf INTEGER NOT NULL PRIMARY KEY REFERENCES leaf (leaf_index),
      reason BLOB NOT NULL
    ) STRICT;
    CREATE TABLE child_view (
      child_key BLOB NOT NULL CHECK (length(child_key) = 16),
      leaf INTEGER NOT NULL REFERENCES leaf (leaf_index),
      PRIMARY KEY (child_key, leaf)
    ) STRICT, WITHOUT ROWID;
    """
}
