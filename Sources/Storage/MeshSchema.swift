// The tables of the MESH door: transfers under way or done, and tokens that were used. Migrations
// 0009 and 0012. Never holds a password, and no content but the header fields of an upload under
// way.

import GRDB

enum MeshSchema {
  static func create(in database: Database) throws {
    try database.execute(sql: transfers)
    try database.execute(sql: tokens)
  }

  /// What a sender's list of its transfers is read by, and what its references are forgotten by.
  static func createOutbox(in database: Database) throws {
    try database.execute(
      sql: """
        CREATE INDEX mesh_transfer_by_time ON mesh_transfer (source, begun_at);
        CREATE INDEX mesh_transfer_named ON mesh_transfer (begun_at)
        WHERE local_id IS NOT NULL AND headers IS NULL;
        """)
  }

  // One row for what came by the door, written before the message is admitted. Whether it was
  // admitted is told by the message of this source and id; `headers` are there while it was not.
  private static let transfers = """
    CREATE TABLE mesh_transfer (
      transfer INTEGER NOT NULL PRIMARY KEY,
      mesh_id TEXT NOT NULL UNIQUE CHECK (length(mesh_id) = 32),
      source TEXT NOT NULL REFERENCES party (urn),
      source_id TEXT NOT NULL CHECK (length(source_id) > 0),
      recipient TEXT NOT NULL REFERENCES party (urn),
      workflow TEXT NOT NULL,
      local_id TEXT,
      chunk_count INTEGER NOT NULL CHECK (chunk_count >= 1),
      chunk_sizes TEXT NOT NULL,
      last_chunk BLOB CHECK (last_chunk IS NULL OR length(last_chunk) = 32),
      headers BLOB,
      is_gzip INTEGER NOT NULL CHECK (is_gzip IN (0, 1)),
      begun_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX mesh_transfer_by_message ON mesh_transfer (source, source_id);
    CREATE INDEX mesh_transfer_by_local_id ON mesh_transfer (source, local_id)
    WHERE local_id IS NOT NULL;
    CREATE INDEX mesh_transfer_open ON mesh_transfer (source, begun_at)
    WHERE headers IS NOT NULL;
    """

  // A token that began a transfer, until its two hours are over.
  private static let tokens = """
    CREATE TABLE mesh_token (
      token_sha256 BLOB NOT NULL PRIMARY KEY CHECK (length(token_sha256) = 32),
      until INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX mesh_token_by_end ON mesh_token (until);
    """
}
