// What became of a sent message, by the MESH door, and where a workflow's messages may go.
// Never tells anybody but the sender; others are answered as if there were no such message.

import ExchangeModel
import Storage
import Validation

extension MeshDoor {
  /// `GET …/outbox/tracking?messageID=…` or `?localID=…`.
  func track(_ request: HTTPRequest, _ version: MeshVersion) async throws -> HTTPResponse {
    let caller = try caller(request)
    if let local = try request.query("localID") {
      return try await track(local: local, caller, request, version)
    }
    guard let meshID = try request.query("messageID")?.uppercased() else {
      throw MeshRefusal.field("messageID", "Field required")
    }
    return try await track(meshID, caller, request, version)
  }

  /// `GET …/outbox/tracking/{localId}`: an old call, answered as v1 whatever is asked for.
  func trackLocal(_ request: HTTPRequest, _ version: MeshVersion) async throws -> HTTPResponse {
    let caller = try caller(request)
    return try await track(local: request.parameter("localId"), caller, request, .v1)
  }

  private func track(
    local: String, _ caller: MeshCaller, _ request: HTTPRequest, _ version: MeshVersion
  ) async throws -> HTTPResponse {
    let found = try await store.transfers(of: caller.party.urn, localID: local)
    guard let transfer = found.first else { throw MeshRefusal.notFound }
    guard found.count == 1 else { throw MeshRefusal.severalMessages }
    return try await track(transfer.meshID, caller, request, version)
  }

  private func track(
    _ meshID: String, _ caller: MeshCaller, _ request: HTTPRequest, _ version: MeshVersion
  ) async throws -> HTTPResponse {
    let transfer = try await store.transfer(meshID)
    let tracked = try await tracked(meshID, transfer, caller, try request.spki())
    var writer = JSONWriter()
    version == .v1
      ? tracked.writeV1(into: &writer, sender: caller.mailbox)
      : tracked.writeV2(into: &writer)
    return .json(
      writer.bytes, mediaType: version.mediaType, fields: ["Cache-Control": "no-store"])
  }

  /// Where a message that the caller sent stands. Throws for any other.
  func tracked(
    _ meshID: String, _ transfer: MeshTransfer?, _ caller: MeshCaller, _ spki: String
  ) async throws -> MeshTracked {
    if let transfer, transfer.source != caller.party.urn { throw MeshRefusal.notFound }
    var status: MessageStatus?
    if let id = try await store.messageID(named: meshID) {
      do {
        status = try await store.status(of: id, for: spki)
      } catch let refusal as Refusal where refusal.code == .notFound {
        throw MeshRefusal.notFound
      }
      guard status?.summary.source == caller.party.urn else { throw MeshRefusal.notFound }
    }
    guard let tracked = MeshTracked(meshID, transfer, status, table) else {
      throw MeshRefusal.notFound
    }
    return tracked
  }

  // MARK: Look-up

  /// `GET …/endpointlookup/{ods}/{workflow}`.
  func lookUp(_ request: HTTPRequest, _ version: MeshVersion) async throws -> HTTPResponse {
    let ods = request.parameter("ods").uppercased()
    let found = try await receivers(of: request).filter { $0.odsCode?.uppercased() == ods }
    return answer(found, version, request)
  }

  /// `GET …/workflowsearch/{workflow}`: answered as v2 whatever is asked for, as MESH does.
  func search(_ request: HTTPRequest, _ version: MeshVersion) async throws -> HTTPResponse {
    answer(try await receivers(of: request), .v2, request)
  }

  /// Mailboxes that messages of a workflow may go to: those that a setting names, or those whose
  /// party is of a role that the message type goes to.
  private func receivers(of request: HTTPRequest) async throws -> [MeshMailbox] {
    _ = try party(request)
    let workflow = request.parameter("workflow")
    if let type = table.messageType(of: workflow), type.type != OpaqueTransfer.type {
      let directory = try await store.currentDirectory()
      return table.settings.mailboxes.filter { mailbox in
        guard let party = directory[mailbox.party], party.state == .live else { return false }
        return type.routes.contains { $0.to.contains(party.role.rawValue) }
      }
    }
    return table.receivers(of: workflow)
  }

  private func answer(
    _ mailboxes: [MeshMailbox], _ version: MeshVersion, _ request: HTTPRequest
  ) -> HTTPResponse {
    var writer = JSONWriter()
    writer.beginObject()
    if version == .v1 { writer.member("query_id", request.id.description) }
    writer.key("results")
    writer.beginArray()
    for mailbox in mailboxes {
      writer.beginObject()
      switch version {
      case .v1:
        writer.member("address", mailbox.id)
        writer.member("description", mailbox.name ?? mailbox.id)
        writer.member("endpoint_type", "MESH")
      case .v2:
        writer.member("mailbox_id", mailbox.id)
        writer.member("mailbox_name", mailbox.name ?? mailbox.id)
      }
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return .json(writer.bytes)
  }
}
