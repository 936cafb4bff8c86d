// The tables of delivery: what an inbox row knows of its wait, where parties take what is pushed,
// the secrets that sign it, what was reported undelivered, alerts owed. Migration 0008.
// Never holds a secret in the clear: they are sealed as content is.

import GRDB

enum DeliverySchema {
  static func create(in database: Database) throws {
    try database.execute(sql: waiting)
    try database.execute(sql: endpoints)
    try database.execute(sql: reports)
    try database.execute(sql: openings)
  }

  // `watch_at`: when the wait has something to tell next; `told`: what of `WaitingClock` was told.
  // `chain`: 8 bytes for each key of the child, mixed with the sender: what has one in common is
  // handed over in order. `push_at`: no push before it. `pushing`: under way; 1 while nobody had
  // it before; `recall`: the consent that was withdrawn after it was handed out: it is not
  // pushed again. `ended`: the sender was told that it is undelivered; an expired one is not shown
  // any more.
  private static let waiting = """
    ALTER TABLE inbox ADD COLUMN entered_at INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE inbox ADD COLUMN ends_at INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE inbox ADD COLUMN urgency INTEGER NOT NULL DEFAULT 2
      CHECK (urgency BETWEEN 0 AND 2);
    ALTER TABLE inbox ADD COLUMN chain BLOB;
    ALTER TABLE inbox ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0);
    ALTER TABLE inbox ADD COLUMN push_at INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE inbox ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE inbox ADD COLUMN watch_at INTEGER;
    ALTER TABLE inbox ADD COLUMN pushing INTEGER NOT NULL DEFAULT 0
      CHECK (pushing BETWEEN 0 AND 2);
    ALTER TABLE inbox ADD COLUMN recall TEXT;
    ALTER TABLE inbox ADD COLUMN lease TEXT;
    ALTER TABLE inbox ADD COLUMN leased_until INTEGER
      CHECK ((leased_until IS NULL) = (lease IS NULL));
    ALTER TABLE inbox ADD COLUMN ended TEXT CHECK (ended IN ('reported', 'expired'));
    UPDATE inbox SET
      entered_at = (SELECT admitted_at FROM message WHERE sequence = inbox.message),
      ends_at = (SELECT coalesce(expires_at, admitted_at + 432000000)
        FROM message WHERE sequence = inbox.message),
      urgency = (SELECT CASE priority WHEN 'immediate' THEN 0 WHEN 'urgent' THEN 1 ELSE 2 END
        FROM message WHERE sequence = inbox.message),
      watch_at = (SELECT admitted_at FROM message WHERE sequence = inbox.message);
    CREATE INDEX inbox_watch ON inbox (watch_at) WHERE watch_at IS NOT NULL;
    CREATE INDEX inbox_urgent ON inbox (recipient, message) WHERE urgency < 2;
    CREATE INDEX inbox_lease ON inbox (lease) WHERE lease IS NOT NULL;
    """

  // One endpoint a party. A retired one stays on record, and can be set again.
  private static let endpoints = """
    CREATE TABLE endpoint (
      party TEXT NOT NULL PRIMARY KEY REFERENCES party (urn),
      url TEXT NOT NULL,
      format TEXT NOT NULL CHECK (format IN ('json', 'xml')),
      pins TEXT NOT NULL,
      authorities TEXT,
      state TEXT NOT NULL CHECK (state IN ('live', 'retired')),
      reason TEXT,
      changed_at INTEGER NOT NULL,
      CHECK (pins <> '' OR authorities IS NOT NULL),
      CHECK ((state = 'retired') = (reason IS NOT NULL))
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE endpoint_secret (
      secret_id INTEGER NOT NULL PRIMARY KEY,
      party TEXT NOT NULL REFERENCES endpoint (party),
      sealed BLOB NOT NULL,
      made_at INTEGER NOT NULL,
      ends_at INTEGER
    ) STRICT;
    CREATE INDEX endpoint_secret_by_party ON endpoint_secret (party);
    CREATE TABLE signing_key (
      key_id INTEGER NOT NULL PRIMARY KEY,
      public BLOB NOT NULL CHECK (length(public) = 32),
      sealed BLOB NOT NULL,
      made_at INTEGER NOT NULL,
      ends_at INTEGER
    ) STRICT;
    """

  // Who opened a message, by role; and the roles whose opening meets a duty, separated by spaces.
  private static let openings = """
    ALTER TABLE acknowledgement ADD COLUMN opened_by TEXT
      CHECK (opened_by IS NULL OR outcome = 'taken');
    ALTER TABLE duty ADD COLUMN opened_by TEXT;
    """

  private static let reports = """
    CREATE TABLE undelivered (
      message INTEGER NOT NULL PRIMARY KEY REFERENCES message (sequence),
      reason TEXT NOT NULL,
      reported_at INTEGER NOT NULL,
      leaf INTEGER NOT NULL REFERENCES leaf (leaf_index)
    ) STRICT;
    CREATE TABLE alert (
      message INTEGER NOT NULL PRIMARY KEY REFERENCES message (sequence),
      raised_at INTEGER NOT NULL,
      next_at INTEGER,
      attempts INTEGER NOT NULL DEFAULT 0,
      sent_at INTEGER,
      CHECK (next_at IS NULL OR sent_at IS NULL)
    ) STRICT;
    CREATE INDEX alert_next ON alert (next_at) WHERE next_at IS NOT NULL;
    """
}
