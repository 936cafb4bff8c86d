// The tables of the consent register: records with what they cover, their history, and the
// decisions recorded beside them: disclosures without consent, and decisions not to share.
// Migration 0003. Never holds an identifier of a child: only keyed hashes of them. Who consents is
// kept sealed.

import GRDB

enum ConsentSchema {
  static func create(in database: Database) throws {
    try database.execute(sql: records)
    try database.execute(sql: history)
    try database.execute(sql: uses)
    try database.execute(sql: decisions)
  }

  // After ISO/IEC TS 27560: the record and its schema's version, the party that holds it, whom it
  // is about, who consents and by what right, what for, which items, to whom, how it was given and
  // with what evidence, and until when. Days are counted from 1970-01-01.
  private static let records = """
    CREATE TABLE consent (
      number INTEGER NOT NULL PRIMARY KEY,
      consent_id TEXT NOT NULL UNIQUE CHECK (length(consent_id) = 36),
      schema_version INTEGER NOT NULL CHECK (schema_version = 1),
      holder TEXT NOT NULL REFERENCES party (urn),
      person BLOB NOT NULL,
      capacity TEXT NOT NULL CHECK (capacity IN ('parental-responsibility', 'child-over-12',
        'young-person', 'adult-service-user', 'representative')),
      method TEXT NOT NULL,
      evidence_sha256 TEXT CHECK (length(evidence_sha256) = 64),
      evidence_kind TEXT,
      given_on INTEGER NOT NULL,
      review_by INTEGER NOT NULL,
      expires_on INTEGER,
      supersedes TEXT REFERENCES consent (consent_id),
      recorded_at INTEGER NOT NULL,
      CHECK ((evidence_sha256 IS NULL) = (evidence_kind IS NULL))
    ) STRICT;
    CREATE INDEX consent_by_holder ON consent (holder, number);
    CREATE INDEX consent_by_expiry ON consent (expires_on) WHERE expires_on IS NOT NULL;
    CREATE TABLE consent_child (
      consent TEXT NOT NULL REFERENCES consent (consent_id),
      kind TEXT NOT NULL CHECK (kind IN ('upn', 'uln', 'nhs', 'name-born')),
      child_key BLOB NOT NULL CHECK (length(child_key) = 16),
      PRIMARY KEY (consent, kind)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX consent_by_child ON consent_child (child_key);
    CREATE TABLE consent_purpose (
      consent TEXT NOT NULL REFERENCES consent (consent_id),
      purpose TEXT NOT NULL,
      PRIMARY KEY (consent, purpose)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE consent_item (
      consent TEXT NOT NULL REFERENCES consent (consent_id),
      item TEXT NOT NULL,
      withdrawn_at INTEGER,
      PRIMARY KEY (consent, item)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE consent_recipient (
      consent TEXT NOT NULL REFERENCES consent (consent_id),
      party TEXT NOT NULL REFERENCES party (urn),
      withdrawn_at INTEGER,
      PRIMARY KEY (consent, party)
    ) STRICT, WITHOUT ROWID;
    """

  // The last change of the whole record is its state. Rows are only ever added.
  private static let history = """
    CREATE TABLE consent_change (
      consent TEXT NOT NULL REFERENCES consent (consent_id),
      leaf INTEGER NOT NULL UNIQUE REFERENCES leaf (leaf_index),
      change TEXT NOT NULL CHECK (change IN
        ('given', 'refused', 'withdrawn', 'expired', 'superseded', 'reviewed')),
      scope TEXT NOT NULL CHECK (scope IN ('all', 'recipient', 'item')),
      subject TEXT,
      changed_at INTEGER NOT NULL,
      actor TEXT REFERENCES party (urn),
      review_by INTEGER,
      reason BLOB,
      PRIMARY KEY (consent, leaf),
      CHECK ((scope = 'all') = (subject IS NULL)),
      CHECK (scope = 'all' OR change = 'withdrawn'),
      CHECK ((change = 'reviewed') = (review_by IS NOT NULL))
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER consent_change_stands BEFORE UPDATE ON consent_change
      BEGIN SELECT RAISE(ABORT, 'the history of a consent is only added to'); END;
    CREATE TRIGGER consent_change_stays BEFORE DELETE ON consent_change
      BEGIN SELECT RAISE(ABORT, 'the history of a consent is only added to'); END;
    """

  // The items of a message that rests on a consent, so that withdrawing one item finds it.
  private static let uses = """
    CREATE TABLE consented_item (
      message INTEGER NOT NULL REFERENCES message (sequence),
      item TEXT NOT NULL,
      PRIMARY KEY (message, item)
    ) STRICT, WITHOUT ROWID;
    """

  private static let decisions = """
    CREATE TABLE disclosure (
      message INTEGER NOT NULL PRIMARY KEY REFERENCES message (sequence),
      source TEXT NOT NULL REFERENCES party (urn),
      covers TEXT NOT NULL,
      informed TEXT NOT NULL,
      discloses_address INTEGER NOT NULL CHECK (discloses_address IN (0, 1)),
      review_on INTEGER NOT NULL,
      leaf INTEGER NOT NULL UNIQUE REFERENCES leaf (leaf_index)
    ) STRICT;
    CREATE TABLE not_shared (
      message INTEGER NOT NULL PRIMARY KEY REFERENCES message (sequence),
      source TEXT NOT NULL REFERENCES party (urn),
      request TEXT NOT NULL,
      reason TEXT NOT NULL,
      leaf INTEGER NOT NULL UNIQUE REFERENCES leaf (leaf_index)
    ) STRICT;
    """
}
