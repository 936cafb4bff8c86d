// The rights of the person: the tables of objections and rectifications. Migration 0005.
// Never holds an identifier of a child: only keyed hashes of them.

import GRDB

enum RightsSchema {
  static func create(in database: Database) throws {
    try database.execute(sql: objections)
    try database.execute(sql: rectifications)
  }

  // An objection is a message with what it says of itself. It is open while it asks to restrict
  // and neither it nor a later message has an outcome.
  private static let objections = """
    CREATE TABLE objection (
      message INTEGER NOT NULL PRIMARY KEY REFERENCES message (sequence),
      controller TEXT NOT NULL REFERENCES party (urn),
      interim TEXT NOT NULL,
      outcome TEXT,
      recorded_at INTEGER NOT NULL,
      closed_by INTEGER REFERENCES message (sequence),
      leaf INTEGER NOT NULL REFERENCES leaf (leaf_index)
    ) STRICT;
    CREATE TABLE objection_child (
      child_key BLOB NOT NULL CHECK (length(child_key) = 16),
      objection INTEGER NOT NULL REFERENCES objection (message),
      is_open INTEGER NOT NULL CHECK (is_open IN (0, 1)),
      PRIMARY KEY (child_key, objection)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX objection_open ON objection_child (child_key) WHERE is_open = 1;
    """

  // Which party asked that what be put right with whom. How far each recipient is follows from the
  // notices and the acknowledgement; `request_key` lets a repeat be known.
  private static let rectifications = """
    CREATE TABLE rectification (
      rectification_id TEXT NOT NULL PRIMARY KEY CHECK (length(rectification_id) = 36),
      requester TEXT NOT NULL REFERENCES party (urn),
      request_key BLOB NOT NULL CHECK (length(request_key) = 16),
      field TEXT NOT NULL,
      kind TEXT NOT NULL,
      messages INTEGER NOT NULL CHECK (messages >= 0),
      started_at INTEGER NOT NULL,
      leaf INTEGER NOT NULL REFERENCES leaf (leaf_index),
      UNIQUE (requester, request_key)
    ) STRICT;
    CREATE TABLE rectification_child (
      child_key BLOB NOT NULL CHECK (length(child_key) = 16),
      rectification TEXT NOT NULL REFERENCES rectification (rectification_id),
      PRIMARY KEY (child_key, rectification)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE rectification_recipient (
      rectification TEXT NOT NULL REFERENCES rectification (rectification_id),
      recipient TEXT NOT NULL REFERENCES party (urn),
      message INTEGER NOT NULL REFERENCES message (sequence),
      notice INTEGER NOT NULL REFERENCES notice (notice_id),
      chase INTEGER REFERENCES notice (notice_id),
      acknowledgement INTEGER REFERENCES message (sequence),
      acknowledged_at INTEGER,
      PRIMARY KEY (rectification, recipient),
      CHECK ((acknowledgement IS NULL) = (acknowledged_at IS NULL))
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX rectification_open ON rectification_recipient (recipient)
      WHERE acknowledged_at IS NULL;
    """
}
