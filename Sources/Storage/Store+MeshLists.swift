// What the MESH door says of messages in its lists: their names there, what reports are about, what
// a party sent. Never says whether they may be shown: whoever asks has asked the policy.

package import ExchangeModel
import Foundation
import GRDB

extension Store {
  /// What this door calls some messages, in their order.
  package func names(of ids: [MessageID]) async throws -> [MeshName] {
    guard !ids.isEmpty else { return [] }
    let list = String(
      decoding: try JSONEncoder().encode(ids.map(\.text)), as: UTF8.self)
    return try await pool.read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT message.message_id, mesh_transfer.mesh_id, mesh_transfer.workflow,
            mesh_transfer.local_id, mesh_transfer.chunk_count
          FROM json_each(?) JOIN message ON message.message_id = json_each.value
            JOIN mesh_transfer ON mesh_transfer.source = message.source
              AND mesh_transfer.source_id = message.source_id
          ORDER BY \(MeshTable.naming)
          """, arguments: [list])
      var names: [String: MeshName] = [:]
      for row in rows {
        let text: String = row["message_id"]
        guard let id = MessageID(text) else { throw StoreFailure.corrupt("message") }
        guard names[text] == nil else { continue }
        names[text] = MeshName(
          id, meshID: row["mesh_id"], workflow: row["workflow"], localID: row["local_id"],
          chunkCount: row["chunk_count"])
      }
      return ids.map { names[$0.text] ?? MeshName($0) }
    }
  }

  /// What the gateway's own reports among some messages are about, by the report's id.
  package func reported(
    _ reports: [MessageSummary]
  ) async throws -> [MessageID: ReportedMessage] {
    let notices = reports.compactMap { Notice.number($0.id) }
    guard !notices.isEmpty else { return [:] }
    let list = String(decoding: try JSONEncoder().encode(notices), as: UTF8.self)
    return try await pool.read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT notice.message AS report, json_extract(notice.detail, '$.state') AS state,
            json_extract(notice.detail, '$.reason') AS reason, message.message_id, message.type,
            message.source_id
          FROM json_each(?) JOIN notice ON notice.notice_id = json_each.value
            JOIN message ON message.message_id = notice.about
          WHERE notice.kind = ?
          """, arguments: [list, Notice.Kind.deliveryReport.rawValue])
      var found: [MessageID: ReportedMessage] = [:]
      for row in rows {
        let (report, state): (String?, String?) = (row["report"], row["state"])
        // Whoever else chose such an id for a message is not a notice.
        guard let report = report.flatMap({ MessageID($0) }) else { continue }
        guard let about = MessageID(row["message_id"]) else {
          throw StoreFailure.corrupt("message")
        }
        found[report] = ReportedMessage(
          messageID: about, type: row["type"], id: row["source_id"], state: state ?? "",
          reason: row["reason"])
      }
      return found
    }
  }

  /// A page of what a party sent by this door since a time, oldest first, after a transfer of its
  /// own. Those that were refused are not kept, so not among them.
  package func transfers(
    of source: PartyURN, since time: Timestamp, after meshID: String?, limit: Int
  ) async throws -> (transfers: [MeshTransfer], hasMore: Bool) {
    try await pool.read { database in
      var start = time.milliseconds
      var last: Int64 = 0
      if let meshID {
        let row = try Row.fetchOne(
          database,
          sql: "SELECT transfer, begun_at FROM mesh_transfer WHERE mesh_id = ? AND source = ?",
          arguments: [meshID, source.text])
        guard let row else { throw Refusal(.badParameter) }
        (last, start) = (row["transfer"], max(start, row["begun_at"]))
      }
      let found = try MeshTable.find(
        """
        source = ? AND begun_at >= ? AND (begun_at > ? OR transfer > ?)
        ORDER BY begun_at, transfer LIMIT ?
        """, [source.text, start, start, last, limit + 1], in: database)
      return (Array(found.prefix(limit)), found.count > limit)
    }
  }
}
