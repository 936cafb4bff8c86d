// A vandal with the database file: one bit of each column, rows deleted, moved, inserted.
// `log verify` must name the record, or the column is in the list of those not covered.

import ExchangeModel
import Foundation
import GRDB
import MessageLog
import Storage
import Testing

@Suite struct TamperTests {
  /// A closed store with something in every table, made once and copied for each case.
  private static let original = Task { () -> String in
    let folder = NSTemporaryDirectory() + "/gatehouse-tamper-" + UUID().uuidString
    let test = try TestStore(folder: folder, time: TestSurroundings())
    for agency in Agency.all { try await test.store.register(agency.party()) }
    try await test.store.setState(of: Agency.cme.urn, to: .suspended)
    let spare = String(repeating: "e", count: 64)
    try await test.store.register(Agency.school.certificate(spare), of: Agency.school.urn)
    try await test.store.revoke(certificate: spare)
    let bytes = Array("an invented report".utf8)
    let digest = sha256(bytes)
    let upload = try test.store.attachments.openPartial(digest, by: Agency.school.urn, at: 0)
    try bytes.withUnsafeBytes { try upload.append($0) }
    try await test.store.keep(upload, as: digest, by: Agency.school.spki)
    let claim = AttachmentClaim(kind: "report", sha256: digest, place: { "/data/attachments/0" })
    try await test.admit(submission("first", attachments: [claim]))
    let read = try await test.admit(submission("read"))
    test.time.advance(seconds: 1)
    try await test.admitMany((2..<280).map { "m-\($0)" })
    _ = try await test.store.admit(submission("refused", purpose: "other")) { _ in
      .denied(.routeNotAllowed)
    }
    _ = try await test.store.open(read.messageID, by: Agency.iss.spki)
    _ = try await test.store.acknowledge(
      read.messageID, by: Agency.iss.spki,
      Acknowledgement(outcome: .refused, reason: "other", detail: "Sample detail"))
    let tree = try await LogKey.publish(test.store)
    try await addWitnessing(to: test, tree)
    try await test.admit(submission("last"))
    try await addRegisters(to: test)
    _ = try await LogKey.publish(test.store)
    try test.store.close()
    return folder
  }

  /// A calendar, a duty that is met and one that has lapsed, and a question with its reason.
  private static func addRegisters(to test: TestStore) async throws {
    _ = try await test.store.importCalendar(CalendarFiles.working())
    let type = awaiting([("referral-acknowledgement", (1, "working-day"), nil)])
    let met = try await test.admit(submission("asks", type: type))
    let answer = SampleTypes.type("referral-acknowledgement")
    try await test.admit(
      submission("answers", from: .iss, to: Agency.school.urn, type: answer) {
        $0.inReplyTo = met.messageID.text
      })
    let lapsed = try await test.admit(submission("asks-too", type: type))
    _ = try await test.store.acknowledge(
      lapsed.messageID, by: Agency.iss.spki,
      Acknowledgement(outcome: .refused, reason: "not-ours", detail: nil))
    let staff = StaffMember(role: .auditor, account: "uid:1000")
    let reason = StaffReason(purpose: .audit, text: "The yearly check")
    guard let staff, let reason else { throw Unexpected(outcome: "staff") }
    var query = AuditQuery()
    query.child = Child.adaByNumber
    _ = try await test.store.audit(query, by: staff, reason: reason, limit: 10)
  }

  /// A cosignature, a key rotation, a witnessed log and a halt of another log.
  private static func addWitnessing(to test: TestStore, _ tree: PublishedTree) async throws {
    let log = try LogKey.signer()
    let seed = Array(repeating: UInt8(6), count: 32)
    let witness = try NoteSigner(name: log.key.name, kind: .cosignatureV1, seed: seed)
    let line = try witness.sign(tree.note.text, time: 1_795_251_600)
    _ = try await test.store.keep([line], by: witness.key, on: tree)
    let new = try NoteSigner(name: log.key.name, kind: .ed25519, seed: seed)
    try await test.store.recordRotation(
      try KeyRotation.signed(from: log, to: new, at: test.time.now))
    let checkpoint = Checkpoint(origin: log.key.name, size: 1, root: .emptyRoot)
    let note = try checkpoint.signed(by: log)
    _ = try await test.store.witness(
      checkpoint, note: note, log: log.key,
      request: WitnessRequest(oldSize: 0, hashes: [], checkpoint: note.bytes)
    ) { try witness.sign($0, time: $1) }
    try await test.store.halt(
      LogHalt(origin: "other.example", witness: "w", reason: .behind, size: 9))
  }

  /// A copy with `change` made to it, and what its verification says.
  private func verification(
    after change: @Sendable (Database) throws -> Void
  ) async throws -> LogVerification {
    let folder = NSTemporaryDirectory() + "/gatehouse-tampered-" + UUID().uuidString
    try FileManager.default.copyItem(atPath: try await Self.original.value, toPath: folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    let tool = try DatabaseQueue(path: folder + "/gatehouse.sqlite", configuration: configuration)
    try await tool.writeWithoutTransaction { database in
      try database.execute(sql: "PRAGMA ignore_check_constraints = ON")
      try change(database)
    }
    try tool.close()
    let test = try TestStore(folder: folder, time: TestSurroundings())
    return try await LogKey.verify(test.store)
  }

  @Test func theOriginalHolds() async throws {
    let result = try await verification { _ in }
    #expect(result.faults == [])
    #expect(result.messages == 284)
    #expect(result.checkpoints == 2)
  }

  /// One column of one row, and what the fault must name; nil for a column that is not covered.
  struct Flip: Sendable, CustomTestStringConvertible {
    let table: String
    let column: String
    let row: String
    let names: String?
    var testDescription: String { "\(table).\(column)" }

    init(_ table: String, _ column: String, _ row: String, _ names: String?) {
      self.table = table
      self.column = column
      self.row = row
      self.names = names
    }
  }

  private static let admission = "leaf_index = 100"
  private static let message = "source_id = 'm-50'"
  static let flips: [Flip] = [
    Flip("leaf", "leaf_index", admission, "leaf 100: missing"),
    Flip("leaf", "entry", admission, "leaf 100:"),
    Flip("leaf", "salt", admission, "leaf 100:"),
    Flip("leaf", "event", admission, "leaf 100:"),
    Flip("leaf", "message", admission, "leaf 100:"),
    Flip("leaf", "entry", "leaf_index = 0", "leaf 0:"),
    Flip("tile", "level", "level = 0", "tile tile/0/000:"),
    Flip("tile", "tile_index", "level = 0", "tile tile/0/000:"),
    Flip("tile", "hashes", "level = 0", "tile tile/0/000:"),
    Flip("checkpoint", "tree_size", "tree_size < 294", "checkpoint of"),
    Flip("checkpoint", "note", "tree_size < 294", "its signature does not hold"),
    Flip("checkpoint", "signed_at", "tree_size < 294", nil),
    Flip("message", "sequence", message, "the message it admits is not there"),
    Flip("message", "message_id", message, "the message it admits is not there"),
    Flip("message", "source", message, "its source is not"),
    Flip("message", "source_id", "source_id = 'last'", "its source_id is not"),
    Flip("message", "recipient", message, "its recipient is not"),
    Flip("message", "type", message, "its type is not"),
    Flip("message", "purpose", message, "its purpose is not"),
    Flip("message", "priority", message, nil),
    Flip("message", "admitted_at", message, "its admitted_at is not"),
    Flip("message", "format", message, nil),
    Flip("message", "received", message, "its content is not what leaf"),
    Flip("message", "received_sha256", message, "its received_sha256 is not"),
    Flip("message", "decision", message, "its decision is not"),
    Flip("message", "leaf", message, "the message it admits is not there"),
    Flip("inbox", "recipient", "message = 50", "message "),
    Flip("inbox", "message", "message = 50", "message "),
    Flip(
      "acknowledgement", "message", "reason = 'other'",
      "the acknowledgement it records is not there"),
    Flip("acknowledgement", "outcome", "reason = 'other'", "acknowledgement of message"),
    Flip("acknowledgement", "reason", "reason = 'other'", "acknowledgement of message"),
    Flip("acknowledgement", "detail", "reason = 'other'", nil),
    Flip("acknowledgement", "acknowledged_at", "reason = 'other'", "acknowledgement of message"),
    Flip(
      "acknowledgement", "leaf", "reason = 'other'", "the acknowledgement it records is not there"),
    Flip("decision", "decision_id", "decision_id = 1", "its decision is not"),
    Flip("decision", "sha256", "decision_id = 1", "its decision is not"),
    Flip("decision", "policy_version", "decision_id = 1", "its decision is not"),
    Flip("decision", "catalogue_version", "decision_id = 1", "its decision is not"),
    Flip("decision", "purpose", "decision_id = 1", "its decision is not"),
    Flip("decision", "lawful_basis", "decision_id = 1", "its decision is not"),
    Flip("decision", "special_condition", "decision_id = 1", "its decision is not"),
    Flip("decision_rule", "decision", "decision = 1 AND position = 0", "its decision is not"),
    Flip("decision_rule", "position", "decision = 1 AND position = 0", "its decision is not"),
    Flip("decision_rule", "rule", "decision = 1 AND position = 0", "its decision is not"),
    Flip("decision_rule", "verdict", "decision = 1 AND position = 0", "its decision is not"),
    Flip("decision_rule", "source", "decision = 1 AND position = 0", "its decision is not"),
    Flip("decision_rule", "reason", "decision = 1 AND position = 0", "its decision is not"),
    Flip("decision_obligation", "decision", "decision = 1", "its decision is not"),
    Flip("decision_obligation", "kind", "decision = 1", "its decision is not"),
    Flip("decision_obligation", "detail", "decision = 1", "its decision is not"),
    Flip("party", "urn", "urn LIKE '%iss'", "certificate"),
    Flip("facts", "sha256", "facts_id = 1", "its facts is not"),
    Flip("facts", "body", "facts_id = 1", "facts 1: not what"),
    Flip("message", "facts", message, "its facts is not"),
    Flip("message", "is_sealed", message, nil),
    Flip("party", "country", "urn LIKE '%iss'", "party urn:gatehouse:850:iss:"),
    Flip("party", "name", "urn LIKE '%iss'", nil),
    Flip("party", "role", "urn LIKE '%iss'", "party urn:gatehouse:850:iss:"),
    Flip("party", "state", "urn LIKE '%iss'", "party"),
    Flip("certificate", "spki_sha256", "party LIKE '%iss'", "certificate"),
    Flip("certificate", "party", "party LIKE '%iss'", "certificate"),
    Flip("certificate", "state", "party LIKE '%iss'", "certificate"),
    Flip("certificate", "not_before", "party LIKE '%iss'", nil),
    Flip("certificate", "not_after", "party LIKE '%iss'", nil),
    Flip("attachment", "sha256", "1", "attachment"),
    Flip("attachment", "size", "1", nil),
    Flip("attachment_holder", "sha256", "1", "attachment"),
    Flip("attachment_holder", "party", "1", "attachment"),
    Flip("attachment_holder", "stored_at", "1", nil),
    Flip("message_attachment", "kind", "1", nil),
    Flip("cosignature", "tree_size", "1", "cosignature on the checkpoint of"),
    Flip("cosignature", "vkey", "1", "cosignature on the checkpoint of"),
    Flip("cosignature", "line", "1", "cosignature on the checkpoint of"),
    Flip("cosignature", "received_at", "1", nil),
    Flip("log_key_rotation", "old_vkey", "1", "key rotation of leaf"),
    Flip("log_key_rotation", "new_vkey", "1", "key rotation of leaf"),
    Flip("log_key_rotation", "note", "1", "key rotation of leaf"),
    Flip("log_key_rotation", "leaf", "1", "key rotation of leaf"),
    Flip("witnessed_log", "tree_size", "1", "witnessed log gatehouse.example/log:"),
    Flip("witnessed_log", "vkey", "1", "witnessed log gatehouse.example/log:"),
    Flip("witnessed_log", "checkpoint", "1", "witnessed log gatehouse.example/log:"),
    Flip("witnessed_log", "cosigned_at", "1", nil),
    Flip("log_halt", "tree_size", "1", nil),
    Flip("calendar", "calendar_key", "1", "calendar working la:85"),
    Flip("calendar", "version", "1", "calendar working la:850, version"),
    Flip("calendar", "valid_from", "1", "calendar working la:850, version 1"),
    Flip("calendar", "valid_through", "1", "calendar working la:850, version 1"),
    Flip("calendar", "imported_at", "1", "calendar working la:850, version 1"),
    Flip("calendar", "sha256", "1", "calendar working la:850, version 1"),
    Flip("calendar", "body", "1", "calendar working la:850, version 1"),
    Flip("duty", "message", "state = 'met'", "duty 1 of message"),
    Flip("duty", "position", "state = 'met'", "that it was met is not"),
    Flip("duty", "reply_types", "state = 'met'", nil),
    Flip("duty", "owed_by", "state = 'met'", "duty 1 of message"),
    Flip("duty", "owed_to", "state = 'met'", "duty 1 of message"),
    Flip("duty", "clock_count", "state = 'met'", nil),
    Flip("duty", "opened_at", "state = 'met'", "duty 1 of message"),
    Flip("duty", "met_by", "state = 'met'", "that it was met is not"),
    Flip("duty", "ended_at", "state = 'met'", "that it was met is not"),
    Flip("duty", "ended_at", "state = 'lapsed'", "duty 1 of message"),
    Flip("staff_act", "leaf", "1", "reason of leaf"),
    Flip("staff_act", "reason", "1", "reason of leaf"),
    Flip("child_view", "child_key", "1", nil),
    Flip("audit_word", "number", "word = 'admitted'", "audit row of leaf"),
    Flip("audit_word", "word", "word = 'admitted'", "audit row of leaf"),
    Flip("audit_event", "leaf", "leaf = 100", "audit row of leaf 100"),
    Flip("audit_event", "at", "leaf = 100", "audit row of leaf 100"),
    Flip("audit_event", "kind", "leaf = 100", "audit row of leaf 100"),
    Flip("audit_event", "source", "leaf = 100", "audit row of leaf 100"),
    Flip("audit_event", "recipient", "leaf = 100", "audit row of leaf 100"),
    Flip("audit_event", "actor", "actor IS NOT NULL", "audit row of leaf"),
    Flip("audit_event", "party", "party IS NOT NULL", "audit row of leaf"),
    Flip("audit_event", "type", "leaf = 100", "audit row of leaf 100"),
    Flip("audit_event", "purpose", "leaf = 100", "audit row of leaf 100"),
    Flip("audit_event", "basis", "leaf = 100", "audit row of leaf 100"),
    Flip("audit_event", "code", "code IS NOT NULL", "audit row of leaf"),
    Flip("audit_event", "is_permit", "leaf = 100", "audit row of leaf 100"),
    Flip("audit_event", "is_override", "leaf = 100", "audit row of leaf 100"),
    Flip("audit_event", "is_view", "leaf = 100", "audit row of leaf 100"),
    Flip("audit_span", "first_at", "1", nil),
    Flip("audit_span", "last_at", "1", "audit span 0"),
    Flip("audit_span", "span", "1", "audit span 0"),
  ]

  @Test(arguments: flips)
  func oneBitOfAColumnIsNamed(_ flip: Flip) async throws {
    let result = try await verification { database in
      let sql = "SELECT \(flip.column) FROM \(flip.table) WHERE \(flip.row)"
      let before = try #require(try DatabaseValue.fetchOne(database, sql: sql))
      let after = try #require(Self.flipped(before))
      try database.execute(
        sql: "UPDATE \(flip.table) SET \(flip.column) = ? WHERE \(flip.row)", arguments: [after])
      #expect(database.changesCount >= 1)
    }
    if let names = flip.names {
      let fault = try #require(result.faults.first)
      #expect(fault.contains(names))
    } else {
      #expect(result.faults == [])
    }
  }

  /// One bit of a value; of a number a high one, so that no key meets another.
  private static func flipped(_ value: DatabaseValue) -> DatabaseValue? {
    switch value.storage {
    case .int64(let number): return (number ^ 1 << 40).databaseValue
    case .string(let text):
      var bytes = Array(text.utf8)
      guard let last = bytes.popLast() else { return nil }
      return String(decoding: bytes + [last ^ 1], as: UTF8.self).databaseValue
    case .blob(let data):
      var bytes = Array(data)
      guard !bytes.isEmpty else { return nil }
      bytes[bytes.count / 2] ^= 1
      return Data(bytes).databaseValue
    default: return nil
    }
  }

  /// A change of whole rows, and what the fault must name.
  struct Damage: Sendable, CustomTestStringConvertible {
    let what: String
    let sql: String
    let names: String
    var testDescription: String { what }

    init(_ what: String, _ sql: String, _ names: String) {
      self.what = what
      self.sql = sql
      self.names = names
    }
  }

  private static let last = "(SELECT max(leaf_index) FROM leaf)"
  static let damages: [Damage] = [
    Damage("a leaf deleted", "DELETE FROM leaf WHERE leaf_index = 100", "leaf 100: missing"),
    Damage("the first leaf deleted", "DELETE FROM leaf WHERE leaf_index = 0", "leaf 0: missing"),
    Damage(
      "the last leaf deleted", "DELETE FROM leaf WHERE leaf_index = \(last)",
      "the end is missing"),
    Damage(
      "two leaves exchanged",
      """
      UPDATE leaf SET leaf_index = -1 WHERE leaf_index = 100;
      UPDATE leaf SET leaf_index = 100 WHERE leaf_index = 101;
      UPDATE leaf SET leaf_index = 101 WHERE leaf_index = -1
      """, "leaf 100:"),
    Damage(
      "a leaf inserted",
      """
      UPDATE leaf SET leaf_index = -leaf_index - 2 WHERE leaf_index >= 100;
      UPDATE leaf SET leaf_index = -leaf_index - 1 WHERE leaf_index < 0;
      INSERT INTO leaf SELECT 100, entry, salt, event, message FROM leaf WHERE leaf_index = 99
      """, "leaf 100:"),
    Damage(
      "a leaf appended",
      "INSERT INTO leaf SELECT \(last) + 1, entry, salt, event, message FROM leaf "
        + "WHERE leaf_index = 100", "the message it admits is not there"),
    Damage(
      "an event shredded", "UPDATE leaf SET salt = NULL, event = NULL WHERE leaf_index = 100",
      "leaf 100: its event is gone"),
    Damage(
      "a salt taken away", "UPDATE leaf SET salt = NULL WHERE leaf_index = 100",
      "leaf 100: its event or its salt is missing"),
    Damage("a tile deleted", "DELETE FROM tile", "tile tile/0/000:"),
    Damage(
      "a tile too many", "INSERT INTO tile SELECT level, 7, hashes FROM tile", "tiles: 2"),
    Damage(
      "a message deleted", "DELETE FROM message WHERE source_id = 'm-50'",
      "the message it admits is not there"),
    Damage(
      "a message slipped in",
      """
      INSERT INTO message SELECT 9999, replace(message_id, '-7', '-8'), source, 'slipped',
        recipient, type, purpose, priority, admitted_at, expires_at, format, received,
        received_sha256, decision, leaf, facts, consent, is_sealed, opened_at, child_keys
        FROM message WHERE source_id = 'm-50'
      """, "no leaf admits it"),
    Damage(
      "two contents exchanged",
      """
      UPDATE message SET received = CAST('{"sample":false}' AS BLOB) WHERE source_id = 'm-50'
      """, "its content is not what leaf"),
    Damage("an inbox row deleted", "DELETE FROM inbox WHERE message = 50", "message "),
    Damage(
      "an inbox row given to another party",
      "INSERT INTO inbox VALUES ('urn:gatehouse:850:cme', 50)", "another party's inbox"),
    Damage(
      "an acknowledgement deleted", "DELETE FROM acknowledgement",
      "the acknowledgement it records is not there"),
    Damage(
      "an acknowledgement made up",
      """
      INSERT INTO acknowledgement SELECT sequence, 'taken', NULL, NULL, admitted_at, leaf
      FROM message WHERE source_id = 'm-50';
      DELETE FROM inbox WHERE message = (SELECT sequence FROM message WHERE source_id = 'm-50')
      """, "acknowledgements: 3"),
    Damage(
      "a suspension lifted", "UPDATE party SET state = 'live' WHERE state = 'suspended'",
      "party urn:gatehouse:850:cme:"),
    Damage(
      "a revocation lifted", "UPDATE certificate SET state = 'live' WHERE state = 'revoked'",
      "certificate eeee"),
    Damage(
      "a certificate slipped in",
      "INSERT INTO certificate VALUES (printf('%064d', 5), 'urn:gatehouse:850:iss', 'live', 0, 1)",
      "certificate 0000"),
    Damage(
      "a certificate deleted", "DELETE FROM certificate WHERE party LIKE '%iss'",
      "certificate bbbb"),
    Damage(
      "a holder slipped in",
      "INSERT INTO attachment_holder SELECT sha256, 'urn:gatehouse:850:iss', 0 FROM attachment",
      "no leaf says that"),
    Damage(
      "a cosignature moved to another checkpoint",
      "UPDATE cosignature SET tree_size = (SELECT max(tree_size) FROM checkpoint)",
      "cosignature on the checkpoint of"),
    Damage(
      "a key rotation deleted", "DELETE FROM log_key_rotation", "the note of the key rotation"),
    Damage(
      "a checkpoint deleted", "DELETE FROM checkpoint WHERE tree_size < 296", "cosignature on"),
    Damage(
      "a witnessed log given another root",
      "DROP TRIGGER witnessed_log_grows; UPDATE witnessed_log SET root = zeroblob(32)",
      "witnessed log gatehouse.example/log:"),
    Damage("a holder deleted", "DELETE FROM attachment_holder", "its holder"),
  ]

  @Test(arguments: damages)
  func eachDamageIsNamed(_ damage: Damage) async throws {
    let result = try await verification { try $0.execute(sql: damage.sql) }
    let fault = try #require(result.faults.first)
    #expect(fault.contains(damage.names))
  }

  /// A vandal with a key of his own signs all checkpoints anew, over an edited log that agrees with
  /// itself: the log's own key tells, and with his key alone nothing does.
  @Test func aLogSignedAgainWithAnotherKeyIsFound() async throws {
    let log = try LogKey.signer()
    let vandal = try NoteSigner(
      name: log.key.name, kind: .ed25519, seed: Array(repeating: 66, count: 32))
    let result = try await verification { database in
      for row in try Row.fetchAll(database, sql: "SELECT tree_size, note FROM checkpoint") {
        let text = try SignedNote(row.withData("note")).text
        let note = try SignedNote(text: text, signatures: [vandal.sign(text)])
        let size: Int64 = row["tree_size"]
        try database.execute(
          sql: "UPDATE checkpoint SET note = ? WHERE tree_size = ?",
          arguments: [Data(note.bytes), size])
      }
    }
    #expect(result.faults.first?.contains("its signature does not hold") == true)
  }

  /// Yesterday's copy is a good log that is too short: a checkpoint kept elsewhere tells.
  @Test func aFileCutOffIsAFault() async throws {
    let folder = NSTemporaryDirectory() + "/gatehouse-cut-" + UUID().uuidString
    try FileManager.default.copyItem(atPath: try await Self.original.value, toPath: folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/gatehouse.sqlite"
    let bytes = try #require(FileManager.default.contents(atPath: path))
    for part in [0.9, 0.5, 0.1] {
      let length = Int(Double(bytes.count) * part) / 8192 * 8192
      try bytes.prefix(length).write(to: URL(fileURLWithPath: path))
      do {
        let test = try TestStore(folder: folder, time: TestSurroundings())
        #expect(try await LogKey.verify(test.store).faults.count == 1)
      } catch {
        #expect(error is DatabaseError || error is StoreFailure)
      }
    }
  }

  /// Edited from outside while the gateway runs: the running store does not sign over it, and the
  /// verification names it.
  @Test func anEditWhileRunningIsNamed() async throws {
    let test = try await TestStore.make()
    try await test.admitMany((0..<300).map { "m-\($0)" })
    _ = try await LogKey.publish(test.store)
    try await test.tool().write {
      try $0.execute(sql: "UPDATE leaf SET event = x'7B7D' WHERE leaf_index = 40")
    }
    try await test.admit(submission("after"))
    _ = try await LogKey.publish(test.store)
    let edited = try await LogKey.verify(test.store)
    #expect(edited.faults.first?.contains("leaf 40:") == true)
    // A leaf slipped in by hand at the end is not of the tree that the writer knew.
    try await test.tool().write {
      try $0.execute(
        sql: """
          INSERT INTO leaf SELECT max(leaf_index) + 1, entry, salt, event, message FROM leaf
          """)
    }
    #expect(try await LogKey.verify(test.store).faults.count == 1)
  }

  /// Pages overwritten under the tables: a fault or nothing (an index that nothing here reads),
  /// never a crash.
  @Test(arguments: 0..<12)
  func aDamagedPageIsNoCrash(_ part: Int) async throws {
    let faults = try await verification(overwriting: part..<(part + 1))
    #expect(faults <= 1)
  }

  @Test func aDamagedFileIsAFault() async throws {
    #expect(try await verification(overwriting: 0..<12) == 1)
  }

  /// Overwrites some twelfths of the file, all but its first page, so that it still is a database.
  /// - Returns: how many faults are found; not to be opened at all is one as well.
  private func verification(overwriting parts: Range<Int>) async throws -> Int {
    let folder = NSTemporaryDirectory() + "/gatehouse-damaged-" + UUID().uuidString
    try FileManager.default.copyItem(atPath: try await Self.original.value, toPath: folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/gatehouse.sqlite"
    var bytes = try #require(FileManager.default.contents(atPath: path))
    let twelfth = (bytes.count - 8192) / 12
    for offset in (parts.lowerBound * twelfth)..<(parts.upperBound * twelfth) {
      bytes[8192 + offset] = UInt8(truncatingIfNeeded: offset &* 37)
    }
    try bytes.write(to: URL(fileURLWithPath: path))
    do {
      let test = try TestStore(folder: folder, time: TestSurroundings())
      return try await LogKey.verify(test.store).faults.count
    } catch {
      #expect(error is DatabaseError || error is StoreFailure)
      return 1
    }
  }
}
