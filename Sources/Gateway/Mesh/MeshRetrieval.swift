// Retrieving a message by the MESH door: a typed one as its envelope or bare payload, an opaque one
// chunk by chunk, a report as fields alone. Content comes from `Store.open`, which asks the policy
// and logs the read. Never holds a large chunk in memory.

import ExchangeModel
import Storage
import Validation

extension MeshDoor {
  /// `GET …/inbox/{meshId}` and `…/{chunk}`.
  func retrieve(_ request: HTTPRequest, _ version: MeshVersion) async throws -> HTTPResponse {
    let caller = try caller(request)
    let meshID = request.parameter("meshId").uppercased()
    let spki = try request.spki()
    let chunkText = request.parameter("chunk")
    guard let chunk = chunkText.isEmpty ? 1 : Int(chunkText), chunk >= 1 else {
      throw MeshRefusal.noMessage
    }
    let id = try await retrievable(meshID, caller, spki)
    let stored: StoredMessage
    do {
      stored = try await store.open(id, by: spki)
    } catch let refusal as Refusal where refusal.code == .expired {
      throw MeshRefusal.gone.of(meshID)
    }
    let name = try await store.names(of: [id]).first ?? MeshName(id)
    var fields = MeshFields(stored, name: name, to: caller.mailbox, table: table)
    if let report = report(in: stored) {
      let (about, title) = try await reported(by: report, to: spki)
      fields.add(report, about: about, title: title)
      return HTTPResponse(status: 200, fields: fields.fields)
    }
    if stored.summary.type.utf8.elementsEqual(OpaqueTransfer.type.utf8) {
      return try await opaque(stored, fields, chunk: chunk, request, version)
    }
    guard chunk == 1 else { throw MeshRefusal.noMessage }
    return try typed(stored, fields, for: caller.mailbox, request, version)
  }

  /// The message that may be retrieved under a name. Throws for one that is not there, not for this
  /// mailbox, still coming, or acknowledged.
  private func retrievable(
    _ meshID: String, _ caller: MeshCaller, _ spki: String
  ) async throws -> MessageID {
    guard let id = try await store.messageID(named: meshID) else {
      let transfer = try await store.transfer(meshID)
      throw transfer?.recipient == caller.party.urn ? MeshRefusal.gone : .noMessage
    }
    do {
      let status = try await store.status(of: id, for: spki)
      guard status.summary.recipient == caller.party.urn else { throw MeshRefusal.noMessage }
      switch status.state {
      case .taken, .refused: throw MeshRefusal.gone.of(meshID)
      default: return id
      }
    } catch let refusal as Refusal where refusal.code == .notFound {
      throw MeshRefusal.noMessage
    }
  }

  // MARK: Typed

  private func typed(
    _ stored: StoredMessage, _ fields: MeshFields, for mailbox: MeshMailbox,
    _ request: HTTPRequest, _ version: MeshVersion
  ) throws -> HTTPResponse {
    let format = mailbox.format ?? stored.format
    var bytes = try delivery.bytes(of: stored, as: format)
    var mediaType = format.envelopeMediaType
    if mailbox.delivery == .payload {
      // What was delivered under larger limits than today's is still read.
      var limits = limits
      limits.envelopeBytes = max(limits.envelopeBytes, bytes.count)
      bytes = try EnvelopeReader.read(bytes, format: format, limits: limits).envelope.payload.bytes
      mediaType = format.payloadMediaType
    }
    var fields = fields
    fields.add("Mex-FileName", "\(fields.meshID).\(format.rawValue)")
    if let title = schemas.messageType(stored.summary.type)?.title {
      fields.add("Mex-Subject", title)
    }
    fields.add("Mex-Content-Type", mediaType)
    if version == .v2, request.takesGzip, let packed = Gzip.member(of: bytes) {
      bytes = packed
      fields.addGzip()
    }
    fields.add("Content-Type", version == .v2 ? mediaType : "application/octet-stream")
    return HTTPResponse(status: 200, fields: fields.fields, body: .bytes(bytes))
  }

  // MARK: Opaque

  private func opaque(
    _ stored: StoredMessage, _ fields: MeshFields, chunk: Int, _ request: HTTPRequest,
    _ version: MeshVersion
  ) async throws -> HTTPResponse {
    let envelope = try EnvelopeReader.read(stored.received, format: stored.format).envelope
    guard let transfer = schemas.opaqueTransfer(envelope.payload),
      transfer.chunks.indices.contains(chunk - 1)
    else { throw MeshRefusal.noMessage }
    let file = try await store.openAttachment(transfer.sha256, by: try request.spki())
    let start = transfer.chunks[..<(chunk - 1)].reduce(0, +)
    let size = transfer.chunks[chunk - 1]
    let reader = try FilePart(path: file.path, from: start, count: size)
    var fields = fields
    fields.add(transfer, chunk: chunk)
    let isWhole = transfer.chunks.count == 1
    let type = version == .v2 && isWhole ? transfer.contentType : nil
    fields.add("Content-Type", type ?? "application/octet-stream")
    let isPart = chunk < transfer.chunks.count && request.verb != .head
    let status = isPart ? 206 : 200
    guard transfer.isGzip, !request.takesGzip else {
      if transfer.isGzip { fields.addGzip() }
      return HTTPResponse(
        status: status, fields: fields.fields,
        body: .stream(length: Int(size)) { writer in
          while let piece = try reader.next() { try await writer.write(piece) }
        })
    }
    return HTTPResponse(
      status: status, fields: fields.fields,
      body: .stream(length: nil) { writer in
        let gunzip = try Gunzip()
        while let piece = try reader.next() {
          var made: [[UInt8]] = []
          try gunzip.take(piece) { made.append(Array($0)) }
          for bytes in made { try await writer.write(bytes) }
        }
        try gunzip.finish()
      })
  }

  /// A report, when the message is one that MESH tells as such.
  private func report(in stored: StoredMessage) -> MeshReport? {
    guard MeshReport.type.utf8.elementsEqual(stored.summary.type.utf8),
      let envelope = try? EnvelopeReader.read(
        stored.received, format: stored.format, limits: limits
      ).envelope
    else { return nil }
    return MeshReport(envelope, limits: limits)
  }

  /// The message that a report is about; nil when it is none of the caller's.
  private func reported(by report: MeshReport, to spki: String) async throws -> (
    MeshListed?, title: String?
  ) {
    guard let id = report.about else { return (nil, nil) }
    do {
      let summary = try await store.status(of: id, for: spki).summary
      let name = try await store.names(of: [id]).first ?? MeshName(id)
      let isOpaque = OpaqueTransfer.type.utf8.elementsEqual(summary.type.utf8)
      return (
        MeshListed(type: summary.type, id: summary.id, name: name, table: table),
        isOpaque ? nil : schemas.messageType(summary.type)?.title
      )
    } catch let refusal as Refusal where refusal.code == .notFound {
      return (nil, nil)
    }
  }
}

extension HTTPRequest {
  /// True when the client takes gzip (RFC 9110, 12.5.3).
  fileprivate var takesGzip: Bool {
    headers("Accept-Encoding").joined(separator: ",").lowercased().split(separator: ",").contains {
      let parts = $0.split(separator: ";").map { String($0).trimmedSpaces }
      return parts.first == "gzip" && !parts.dropFirst().contains { ["q=0", "q=0.0"].contains($0) }
    }
  }
}
