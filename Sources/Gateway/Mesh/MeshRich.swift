// A mailbox's rich lists: what waits, and what was sent by this door, each with its addressing and
// where it stands. MESH has them, though not in its published specification. Never content.

import ExchangeModel
import Storage
import Validation

extension MeshDoor {
  /// Messages of a page, whatever is asked for; days that a list goes back unless told otherwise.
  private static let richPage = 100
  private static let richDays: Int64 = 30

  /// What a rich list was asked for.
  private struct RichQuery {
    let since: Timestamp
    let limit: Int
    let after: String?
    /// The query of the page's own link.
    let items: [String]

    init(_ request: HTTPRequest) throws {
      let asked = try request.meshNumber("max_results", MeshDoor.richPage, in: 1...5000)
      limit = min(asked, MeshDoor.richPage)
      after = try request.query("continue_from")
      guard let text = try request.query("start_time") else {
        since = request.receivedAt.adding(seconds: -MeshDoor.richDays * 86_400)
        items = ["max_results=\(asked)"]
        return
      }
      // A time without an offset is in UTC, as MESH writes it.
      guard let time = Timestamp(rfc3339: text) ?? Timestamp(rfc3339: text + "Z") else {
        throw MeshRefusal.field("start_time", "Give a time such as 2026-11-21T09:00:00Z")
      }
      since = time
      items = ["start_time=\(MeshDoor.escaped(text))", "max_results=\(asked)"]
    }

    static let badCursor = MeshRefusal.field("continue_from", "Give what an earlier page gave")
  }

  /// `GET …/inbox/rich`.
  func richInbox(_ request: HTTPRequest, _ version: MeshVersion) async throws -> HTTPResponse {
    let caller = try caller(request)
    let query = try RichQuery(request)
    var after: MessageID?
    if let cursor = query.after {
      guard let id = try await messageID(cursor: cursor) else { throw RichQuery.badCursor }
      after = id
    }
    let page: InboxPage
    do {
      page = try await store.inbox(
        of: try request.spki(), after: after, limit: query.limit, wait: .zero)
    } catch let refusal as Refusal where refusal.code == .badParameter {
      throw RichQuery.badCursor
    }
    let names = try await store.names(of: page.messages.map(\.messageID))
    let listed = try await listed(page.messages, names)
    let next = page.hasMore ? page.messages.last?.messageID.text : nil
    return richAnswer(caller, "inbox", query, next: next) { writer in
      for ((message, name), listed) in zip(zip(page.messages, names), listed)
      where message.admittedAt > query.since {
        write(message, name, listed, to: caller.mailbox, into: &writer)
      }
    }
  }

  /// `GET …/outbox/rich`.
  func richOutbox(_ request: HTTPRequest, _ version: MeshVersion) async throws -> HTTPResponse {
    let caller = try caller(request)
    let query = try RichQuery(request)
    let spki = try request.spki()
    let transfers: [MeshTransfer]
    let hasMore: Bool
    do {
      (transfers, hasMore) = try await store.transfers(
        of: caller.party.urn, since: query.since, after: query.after?.uppercased(),
        limit: query.limit)
    } catch let refusal as Refusal where refusal.code == .badParameter {
      throw RichQuery.badCursor
    }
    var sent: [MeshTracked] = []
    for transfer in transfers {
      do {
        sent.append(try await tracked(transfer.meshID, transfer, caller, spki))
      } catch let refusal as MeshRefusal where refusal.status == 404 {
        // The policy does not show it any more.
      }
    }
    let next = hasMore ? transfers.last?.meshID : nil
    return richAnswer(caller, "outbox", query, next: next) { writer in
      for tracked in sent { tracked.writeRich(into: &writer, sender: caller.mailbox) }
    }
  }

  private func richAnswer(
    _ caller: MeshCaller, _ list: String, _ query: RichQuery, next: String?,
    _ write: (inout JSONWriter) -> Void
  ) -> HTTPResponse {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("valid_at", MeshTracked.iso(store.now()))
    writer.key("messages")
    writer.beginArray()
    write(&writer)
    writer.endArray()
    Self.writeLinks(
      &writer, "\(Self.base)/\(caller.mailbox.id)/\(list)/rich", query.items, next: next)
    writer.endObject()
    return .json(
      writer.bytes, mediaType: MeshVersion.v2.mediaType, fields: ["Cache-Control": "no-store"])
  }

  private func write(
    _ message: MessageSummary, _ name: MeshName, _ listed: MeshListed, to mailbox: MeshMailbox,
    into writer: inout JSONWriter
  ) {
    let isReport = listed.report != nil
    let isOpaque = message.type.utf8.elementsEqual(OpaqueTransfer.type.utf8)
    let sent = message.admittedAt
    let texts: [(String, String?)] = [
      ("message_id", name.meshID), ("local_id", listed.localID),
      ("message_type", isReport ? "REPORT" : "DATA"),
      ("expiry_timestamp", MeshTracked.iso(sent.adding(seconds: MeshTracked.expirySeconds))),
      ("recipient", mailbox.id), ("recipient_name", mailbox.name),
      ("sender", isReport ? nil : table.name(of: message.source)),
      ("sender_name", isReport ? nil : table.mailbox(of: message.source)?.name),
      ("sent_date", MeshTracked.iso(sent)), ("status", "accepted"),
      ("status_code", listed.report), ("workflow_id", listed.workflow),
    ]
    writer.beginObject()
    for (name, value) in texts {
      if let value { writer.member(name, value) }
    }
    writer.member("total_chunks", isReport ? 0 : Int64(isOpaque ? name.chunkCount : 1))
    writer.endObject()
  }
}
