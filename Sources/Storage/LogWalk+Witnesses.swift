// What a verification checks of the tables of witnessing: every cosignature, every note by which a
// key was followed by another, and every checkpoint that we cosigned for somebody else.
// Never asks a witness: the signatures say it all.

import Crypto
import ExchangeModel
import Foundation
import GRDB
import MessageLog

extension LogWalk {
  func checkWitnessing(_ database: Database) throws {
    try checkCosignatures(database)
    try checkRotations(database)
    try checkWitnessedLogs(database)
  }

  private func checkCosignatures(_ database: Database) throws {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT cosignature.tree_size, vkey, line, note FROM cosignature
        LEFT JOIN checkpoint USING (tree_size) ORDER BY cosignature.tree_size, vkey
        """)
    while let row = try rows.next() {
      let size: Int64 = row.read("tree_size") ?? 0
      let holds = try? Self.cosigns(row)
      guard holds == true else {
        throw Fault(text: "cosignature on the checkpoint of \(size) leaves: it does not verify")
      }
    }
  }

  private static func cosigns(_ row: Row) throws -> Bool {
    guard let vkey: String = row.read("vkey"), let line = row.bytes("line"),
      let note = row.bytes("note")
    else { return false }
    let key = try NoteKey(vkey: vkey)
    let text = try SignedNote(note).text
    return try SignedNote(text + [0x0A] + line).verify([key]).map(\.key) == [key]
      && key.kind == .cosignatureV1
  }

  private func checkRotations(_ database: Database) throws {
    var left = rotations
    let rows = try Row.fetchCursor(
      database, sql: "SELECT old_vkey, new_vkey, note, leaf FROM log_key_rotation ORDER BY leaf")
    while let row = try rows.next() {
      let note = row.bytes("note") ?? []
      let leaf: Int64 = row.read("leaf") ?? -1
      guard let rotation = try? KeyRotation(note: note), row.read("old_vkey") == rotation.old.vkey,
        row.read("new_vkey") == rotation.new.vkey,
        left.removeValue(forKey: leaf) == Hex.text(SHA256.hash(data: note))
      else { throw Fault(text: "key rotation of leaf \(leaf): its note is not the one recorded") }
    }
    if let lost = left.keys.min() {
      throw Fault(text: "leaf \(lost): the note of the key rotation it records is not there")
    }
  }

  private func checkWitnessedLogs(_ database: Database) throws {
    let rows = try Row.fetchCursor(database, sql: "SELECT * FROM witnessed_log ORDER BY origin")
    while let row = try rows.next() {
      let origin: String = row.read("origin") ?? ""
      guard (try? Self.isWitnessed(row, origin)) == true else {
        throw Fault(text: "witnessed log \(origin): its row is not what its checkpoint says")
      }
    }
  }

  private static func isWitnessed(_ row: Row, _ origin: String) throws -> Bool {
    guard let vkey: String = row.read("vkey"), let note = row.bytes("checkpoint") else {
      return false
    }
    let opened = try Checkpoint.open(note, log: try NoteKey(vkey: vkey)).checkpoint
    return opened.origin.description.utf8.elementsEqual(origin.utf8)
      && row.read("tree_size") == opened.size && row.bytes("root") == opened.root.bytes
  }
}
