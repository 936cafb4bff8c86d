// The tables, as numbered migrations that only go forward. Invariants stand here as constraints.
// Never holds a pupil's name or number in a column of its own: content is one opaque blob.

import GRDB

enum StoreSchema {
  /// All migrations, in order. A released one is never edited.
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("0001-spine") { database in
      try database.execute(sql: parties)
      try database.execute(sql: log)
      try database.execute(sql: decisions)
      try database.execute(sql: messages)
      try database.execute(sql: attachments)
    }
    migrator.registerMigration("0002-grounds") { try GroundsSchema.create(in: $0) }
    migrator.registerMigration("0003-consents") { try ConsentSchema.create(in: $0) }
    migrator.registerMigration("0004-duties") { try DutySchema.create(in: $0) }
    migrator.registerMigration("0005-rights") { try RightsSchema.create(in: $0) }
    migrator.registerMigration("0006-witness") { try WitnessSchema.create(in: $0) }
    migrator.registerMigration("0007-audit") { try AuditSchema.create(in: $0) }
    migrator.registerMigration("0008-delivery") { try DeliverySchema.create(in: $0) }
    migrator.registerMigration("0009-mesh") { try MeshSchema.create(in: $0) }
    migrator.registerMigration("0010-transfer") { try TransferSchema.create(in: $0) }
    migrator.registerMigration("0011-tracing") { try CaseSchema.create(in: $0) }
    migrator.registerMigration("0012-mesh-outbox") { try MeshSchema.createOutbox(in: $0) }
    migrator.registerMigration("0013-disposal") { try TransferSchema.addDisposal(in: $0) }
    migrator.registerMigration("0014-traced-twice") { try CaseSchema.addRecords(in: $0) }
    return migrator
  }

  private static let parties = """
    CREATE TABLE party (
      urn TEXT NOT NULL PRIMARY KEY,
      name TEXT NOT NULL,
      role TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('live', 'suspended'))
    ) STRICT;
    CREATE TABLE certificate (
      spki_sha256 TEXT NOT NULL PRIMARY KEY CHECK (length(spki_sha256) = 64),
      party TEXT NOT NULL REFERENCES party (urn),
      state TEXT NOT NULL CHECK (state IN ('live', 'revoked')),
      not_before INTEGER NOT NULL,
      not_after INTEGER NOT NULL CHECK (not_after >= not_before)
    ) STRICT;
    CREATE INDEX certificate_by_party ON certificate (party);
    CREATE TABLE directory_version (
      only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
      version INTEGER NOT NULL
    ) STRICT;
    INSERT INTO directory_version VALUES (1, 1);
    """

  // `salt` and `event` are the readable side of a leaf: they can be shredded (set to NULL
  // together) while `entry`, the tree and every proof stand.
  private static let log = """
    CREATE TABLE leaf (
      leaf_index INTEGER NOT NULL PRIMARY KEY CHECK (leaf_index >= 0),
      entry BLOB NOT NULL CHECK (length(entry) BETWEEN 1 AND 65535),
      salt BLOB CHECK (salt IS NULL OR length(salt) = 32),
      event BLOB,
      message INTEGER,
      CHECK ((salt IS NULL) = (event IS NULL))
    ) STRICT;
    CREATE INDEX leaf_by_message ON leaf (message) WHERE message IS NOT NULL;
    CREATE TABLE tile (
      level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 63),
      tile_index INTEGER NOT NULL CHECK (tile_index >= 0),
      hashes BLOB NOT NULL CHECK (length(hashes) = 8192),
      PRIMARY KEY (level, tile_index)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE checkpoint (
      tree_size INTEGER NOT NULL PRIMARY KEY CHECK (tree_size >= 0),
      note BLOB NOT NULL,
      signed_at INTEGER NOT NULL
    ) STRICT;
    """

  private static let decisions = """
    CREATE TABLE decision (
      decision_id INTEGER NOT NULL PRIMARY KEY,
      sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
      policy_version TEXT NOT NULL,
      catalogue_version TEXT NOT NULL,
      purpose TEXT NOT NULL,
      lawful_basis TEXT NOT NULL,
      special_condition TEXT,
      legal_gateway TEXT
    ) STRICT;
    CREATE TABLE decision_rule (
      decision INTEGER NOT NULL REFERENCES decision (decision_id),
      position INTEGER NOT NULL CHECK (position >= 0),
      rule TEXT NOT NULL,
      verdict TEXT NOT NULL CHECK (verdict IN ('permit', 'deny', 'not-applicable')),
      source TEXT NOT NULL,
      reason TEXT NOT NULL,
      code TEXT,
      PRIMARY KEY (decision, position)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE decision_obligation (
      decision INTEGER NOT NULL REFERENCES decision (decision_id),
      position INTEGER NOT NULL CHECK (position >= 0),
      kind TEXT NOT NULL,
      detail TEXT NOT NULL,
      PRIMARY KEY (decision, position)
    ) STRICT, WITHOUT ROWID;
    """

  // A message with an inbox row awaits its recipient; with an acknowledgement row it is done.
  // ARCHITECTURE.md has the table of states.
  private static let messages = """
    CREATE TABLE message (
      sequence INTEGER NOT NULL PRIMARY KEY,
      message_id TEXT NOT NULL UNIQUE CHECK (length(message_id) = 36),
      source TEXT NOT NULL REFERENCES party (urn),
      source_id TEXT NOT NULL CHECK (length(source_id) > 0),
      recipient TEXT NOT NULL REFERENCES party (urn),
      type TEXT NOT NULL,
      purpose TEXT NOT NULL,
      priority TEXT NOT NULL CHECK (priority IN ('routine', 'urgent', 'immediate')),
      admitted_at INTEGER NOT NULL,
      expires_at INTEGER,
      format TEXT NOT NULL CHECK (format IN ('json', 'xml')),
      received BLOB NOT NULL,
      received_sha256 BLOB NOT NULL CHECK (length(received_sha256) = 32),
      decision INTEGER NOT NULL REFERENCES decision (decision_id),
      leaf INTEGER NOT NULL REFERENCES leaf (leaf_index),
      UNIQUE (source, source_id)
    ) STRICT;
    CREATE TABLE inbox (
      recipient TEXT NOT NULL REFERENCES party (urn),
      message INTEGER NOT NULL REFERENCES message (sequence),
      PRIMARY KEY (recipient, message)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE acknowledgement (
      message INTEGER NOT NULL PRIMARY KEY REFERENCES message (sequence),
      outcome TEXT NOT NULL CHECK (outcome IN ('taken', 'refused')),
      reason TEXT,
      detail TEXT,
      acknowledged_at INTEGER NOT NULL,
      leaf INTEGER NOT NULL REFERENCES leaf (leaf_index),
      CHECK ((outcome = 'refused') = (reason IS NOT NULL))
    ) STRICT;
    """

  private static let attachments = """
    CREATE TABLE attachment (
      sha256 TEXT NOT NULL PRIMARY KEY CHECK (length(sha256) = 64),
      size INTEGER NOT NULL CHECK (size >= 0)
    ) STRICT;
    CREATE TABLE attachment_holder (
      sha256 TEXT NOT NULL REFERENCES attachment (sha256),
      party TEXT NOT NULL REFERENCES party (urn),
      stored_at INTEGER NOT NULL,
      PRIMARY KEY (sha256, party)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE message_attachment (
      message INTEGER NOT NULL REFERENCES message (sequence),
      sha256 TEXT NOT NULL REFERENCES attachment (sha256),
      kind TEXT NOT NULL,
      PRIMARY KEY (message, sha256, kind)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX message_attachment_by_digest ON message_attachment (sha256);
    """
}
