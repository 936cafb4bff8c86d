// The tables of cases and of tracing. Migrations 0011 and 0014. A case is what messages made of it:
// its rows are written in the transactions that admit them.
// Never holds an identifier of a child: keyed hashes of them, and sealed content.

import GRDB

enum CaseSchema {
  static func create(in database: Database) throws {
    try database.execute(sql: erasure)
    try database.execute(sql: cases)
    try database.execute(sql: pool)
    try database.execute(sql: traces)
  }

  /// A candidate that two pools hold is one candidate: the pupils that it is beside its own.
  static func addRecords(in database: Database) throws {
    try database.execute(
      sql: """
        CREATE TABLE trace_candidate_record (
          trace_id TEXT NOT NULL,
          position INTEGER NOT NULL,
          pupil INTEGER NOT NULL REFERENCES pupil (pupil),
          PRIMARY KEY (trace_id, position, pupil),
          FOREIGN KEY (trace_id, position) REFERENCES trace_candidate (trace_id, position)
        ) STRICT, WITHOUT ROWID;
        """)
  }

  // What was erased keeps its row, with zeros for content. The leaf says that it was disposed of.
  private static let erasure = """
    CREATE TABLE erasure (
      message INTEGER NOT NULL PRIMARY KEY REFERENCES message (sequence),
      reason TEXT NOT NULL,
      erased_at INTEGER NOT NULL,
      leaf INTEGER NOT NULL REFERENCES leaf (leaf_index)
    ) STRICT;
    """

  // A case is named by the id of the message that opened it. `keeper` are the officers whose case
  // it is, `thread` the `correlationid` that binds a trace's questions. `reference_key` is a keyed
  // hash of the officers' own reference, by which a later status finds it. A step is a message;
  // what it says of the case is its outcome.
  private static let cases = """
    CREATE TABLE exchange_case (
      case_id TEXT NOT NULL PRIMARY KEY CHECK (length(case_id) = 36),
      kind TEXT NOT NULL CHECK (kind IN ('missing-child', 'deletion', 'new-pupil', 'trace')),
      keeper TEXT NOT NULL REFERENCES party (urn),
      state TEXT NOT NULL CHECK (length(state) > 0),
      thread TEXT,
      reference_key BLOB CHECK (reference_key IS NULL OR length(reference_key) = 16),
      opened_at INTEGER NOT NULL,
      changed_at INTEGER NOT NULL CHECK (changed_at >= opened_at)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX case_by_thread ON exchange_case (keeper, thread) WHERE thread IS NOT NULL;
    CREATE INDEX case_by_reference ON exchange_case (keeper, reference_key)
      WHERE reference_key IS NOT NULL;
    CREATE TABLE case_step (
      case_id TEXT NOT NULL REFERENCES exchange_case (case_id),
      message INTEGER NOT NULL REFERENCES message (sequence),
      step TEXT NOT NULL,
      outcome TEXT,
      answers INTEGER REFERENCES message (sequence),
      PRIMARY KEY (case_id, message)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX case_step_by_message ON case_step (message);
    CREATE TABLE case_party (
      party TEXT NOT NULL REFERENCES party (urn),
      case_id TEXT NOT NULL REFERENCES exchange_case (case_id),
      PRIMARY KEY (party, case_id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE case_child (
      child_key BLOB NOT NULL CHECK (length(child_key) = 16),
      case_id TEXT NOT NULL REFERENCES exchange_case (case_id),
      PRIMARY KEY (child_key, case_id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE trace_question (
      message INTEGER NOT NULL PRIMARY KEY REFERENCES message (sequence),
      case_id TEXT NOT NULL REFERENCES exchange_case (case_id),
      asked TEXT NOT NULL REFERENCES party (urn),
      cap TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('open', 'answered-no-match', 'answered-potential',
        'answered-match', 'confirmed', 'wrong-child', 'refused', 'withdrawn')),
      answer INTEGER REFERENCES message (sequence)
    ) STRICT;
    CREATE INDEX trace_question_by_case ON trace_question (case_id);
    """

  // The register of pupils that a party keeps with the gateway. `body` is sealed; a removed pupil
  // keeps its row with an empty one, so that other processes learn of it by its revision.
  private static let pool = """
    CREATE TABLE pupil (
      pupil INTEGER NOT NULL PRIMARY KEY,
      authority TEXT NOT NULL CHECK (length(authority) = 3),
      party TEXT NOT NULL REFERENCES party (urn),
      record_key BLOB NOT NULL CHECK (length(record_key) = 16),
      restriction TEXT NOT NULL CHECK (restriction IN ('none', 'adopted', 'refuge')),
      body BLOB NOT NULL,
      revision INTEGER NOT NULL UNIQUE,
      changed_at INTEGER NOT NULL,
      UNIQUE (party, record_key)
    ) STRICT;
    CREATE INDEX pupil_by_authority ON pupil (authority);
    CREATE TABLE pupil_key (
      pool_key BLOB NOT NULL CHECK (length(pool_key) = 16),
      pupil INTEGER NOT NULL REFERENCES pupil (pupil),
      PRIMARY KEY (pool_key, pupil)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX pupil_key_by_pupil ON pupil_key (pupil);
    """

  private static let traces = """
    CREATE TABLE trace (
      trace_id TEXT NOT NULL PRIMARY KEY CHECK (length(trace_id) = 36),
      party TEXT NOT NULL REFERENCES party (urn),
      officer TEXT NOT NULL,
      is_named INTEGER NOT NULL CHECK (is_named IN (0, 1)),
      purpose TEXT NOT NULL,
      reason TEXT NOT NULL,
      request INTEGER REFERENCES message (sequence),
      query BLOB,
      outcome TEXT NOT NULL,
      not_here REAL NOT NULL,
      model TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('open', 'confirmed', 'closed')),
      confirmation TEXT,
      confirmed_candidate INTEGER,
      verified_by TEXT,
      asked_at INTEGER NOT NULL,
      leaf INTEGER NOT NULL REFERENCES leaf (leaf_index),
      CHECK ((state = 'open') = (confirmation IS NULL))
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX trace_by_party ON trace (party, asked_at);
    CREATE INDEX trace_by_request ON trace (request) WHERE request IS NOT NULL;
    CREATE TABLE trace_candidate (
      trace_id TEXT NOT NULL REFERENCES trace (trace_id),
      position INTEGER NOT NULL CHECK (position BETWEEN 1 AND 5),
      pupil INTEGER NOT NULL REFERENCES pupil (pupil),
      reading TEXT NOT NULL,
      bits REAL NOT NULL,
      posterior REAL NOT NULL,
      reasons TEXT NOT NULL,
      disclosed TEXT NOT NULL DEFAULT 'name' CHECK (disclosed IN ('name', 'school', 'address',
        'full')),
      PRIMARY KEY (trace_id, position)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE trace_enquiry (
      trace_id TEXT NOT NULL REFERENCES trace (trace_id),
      party TEXT NOT NULL REFERENCES party (urn),
      day INTEGER NOT NULL,
      answer TEXT NOT NULL CHECK (answer IN ('yes', 'no', 'unknown')),
      asked_at INTEGER NOT NULL,
      PRIMARY KEY (trace_id, party, day)
    ) STRICT, WITHOUT ROWID;
    """
}
