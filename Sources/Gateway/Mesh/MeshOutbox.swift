// Sending by the MESH door: the first chunk, the others, and what becomes of a whole message.
// Bytes go to the disk as they come. Never answers a last chunk before the message is admitted or
// refused, and never admits by itself: that is `Admission`.

import Crypto
import ExchangeModel
import Storage
import Validation

extension MeshDoor {
  /// `POST …/outbox`: a whole message, or the first chunk of one.
  func send(_ request: HTTPRequest, _ version: MeshVersion) async throws -> HTTPResponse {
    let caller = try caller(request, mayRepeat: false)
    let headers = try MeshHeaders(request)
    let isGzip = try request.isGzip()
    guard let range = MeshChunkRange(request.header("Mex-Chunk-Range")), range.number == 1,
      range.count <= limits.meshChunks
    else { throw MeshRefusal.badChunks }
    guard let recipient = table.mailbox(headers.to) else { throw MeshRefusal.unknownRecipient }
    guard let route = table.route(headers.workflow, from: caller.mailbox, to: recipient) else {
      throw MeshRefusal.noWorkflow
    }
    let meshID = MeshName(store.surroundings.messageID(at: store.now())).meshID
    do {
      let upload = try store.openUpload(meshID, at: 0)
      let chunk = try await receive(request, into: upload, limit: mostBytes(of: route))
      let transfer = MeshTransfer(
        meshID: meshID, source: caller.party.urn, sourceID: sourceID(meshID, headers, route),
        recipient: recipient.party, workflow: headers.workflow, localID: headers.localID,
        chunkCount: range.count, chunkSizes: [chunk.size], lastChunk: chunk.digest,
        headers: headers.bytes, isGzip: isGzip, begunAt: store.now())
      if range.count > 1 { try await store.sync(upload) }
      // If we crash here there is a file without a row: it is swept, and the sender, unanswered,
      // sends a new message.
      Failpoint.hit(.meshChunkBeforeRow)
      try await store.begin(transfer, token: caller.token.digest, until: caller.token.end)
      guard transfer.isWhole else { return Self.accepted(meshID, version) }
      return Self.accepted(try await admitWhole(transfer, request, isOnlyChunk: true), version)
    } catch {
      if try await store.transfer(meshID) == nil { store.dropUpload(meshID) }
      throw error
    }
  }

  /// `POST …/outbox/{meshId}/{n}`: a chunk more.
  func sendChunk(_ request: HTTPRequest, _ version: MeshVersion) async throws -> HTTPResponse {
    let caller = try caller(request)
    let meshID = request.parameter("meshId").uppercased()
    guard let field = request.header("Mex-Chunk-Range"), let range = MeshChunkRange(field),
      let number = Int(request.parameter("chunk")), number == range.number, number >= 2
    else { throw MeshRefusal.badChunks.of(meshID) }
    guard var transfer = try await store.transfer(meshID) else { throw MeshRefusal.notFound }
    guard transfer.source == caller.party.urn else { throw MeshRefusal.forbidden }
    guard number <= transfer.chunkCount else { throw MeshRefusal.tooManyChunks.of(meshID) }
    guard range.count == transfer.chunkCount else { throw MeshRefusal.badChunks.of(meshID) }
    guard try request.isGzip() == transfer.isGzip else {
      throw MeshRefusal.otherEncoding.of(meshID)
    }
    if transfer.isWhole {
      // The last chunk once more, because its answer was lost; any other comes too late.
      guard number == transfer.chunkCount,
        try await digest(of: request, size: transfer.chunkSizes.last ?? 0) == transfer.lastChunk
      else { throw MeshRefusal.whole.of(meshID) }
      _ = try await admitWhole(transfer, request)
      return Self.chunkAccepted(meshID, number, version)
    }
    // The one after those that are here, or the latest of them once more.
    let have = transfer.chunkSizes.count
    guard number == have + 1 || number == have else { throw MeshRefusal.chunkGap.of(meshID) }
    if number == have { transfer.chunkSizes.removeLast() }
    let route = try self.route(of: transfer)
    let upload = try store.openUpload(meshID, at: transfer.size)
    let chunk = try await receive(
      request, into: upload, limit: mostBytes(of: route) - transfer.size)
    transfer.chunkSizes.append(chunk.size)
    transfer.lastChunk = chunk.digest
    try await store.sync(upload)
    // If we crash here the chunk is on disk and not in the row: sent again, it takes its own place.
    Failpoint.hit(.meshChunkBeforeRow)
    try await store.noteChunks(of: transfer)
    if transfer.isWhole { _ = try await admitWhole(transfer, request) }
    return Self.chunkAccepted(meshID, number, version)
  }

  /// Admits the message that a whole transfer is.
  /// - Returns: the id that this door knows it by.
  private func admitWhole(
    _ transfer: MeshTransfer, _ request: HTTPRequest, isOnlyChunk: Bool = false
  ) async throws -> String {
    // Admitted before: the answer was lost.
    guard let kept = transfer.headers, let headers = MeshHeaders(bytes: kept) else {
      return transfer.meshID
    }
    let spki = try request.spki()
    do {
      let message = try await message(of: transfer, headers, by: spki)
      // If we crash here every chunk is on disk and in the row: the last one, sent again, admits.
      Failpoint.hit(.meshBeforeAdmission)
      let outcome = try await admission.admit(
        message.bytes, format: message.format, from: .certificate(spki))
      // If we crash here the message is admitted and its upload still there: the last chunk, sent
      // again, finds a duplicate; otherwise the sweep ends it.
      Failpoint.hit(.meshBeforeEnd)
      switch outcome {
      case .admitted: break
      case .duplicate(let receipt):
        let first = try await store.firstTransfer(source: receipt.source, id: receipt.id)
        guard let first, first.meshID == transfer.meshID else {
          // Of more than one chunk its sender has this id already, and is not told another.
          guard isOnlyChunk else {
            try await store.endRepeat(transfer.meshID)
            return transfer.meshID
          }
          try await store.forget(transfer.meshID)
          return first?.meshID ?? MeshName(receipt.messageID).meshID
        }
      case .refused(let refusal, _): throw MeshRefusal(refusal)
      }
      try await store.end(transfer.meshID)
      return transfer.meshID
    } catch {
      // A final no ends the transfer; a passing one leaves it for the client's retry, which a
      // message of one chunk does not get.
      let isPassing = (error as? MeshRefusal).map { $0.retryAfter != nil } ?? true
      if isOnlyChunk || !isPassing { try await store.forget(transfer.meshID) }
      throw error
    }
  }

  // MARK: Bytes

  private struct Chunk {
    let size: Int64
    let digest: [UInt8]
  }

  /// Writes a body to the disk while it comes.
  private func receive(
    _ request: HTTPRequest, into upload: PartialAttachment, limit: Int64
  ) async throws -> Chunk {
    guard let stream = request.stream else { throw MeshRefusal.noData }
    guard Int64(stream.length ?? 0) <= limit else { throw MeshRefusal.tooLarge }
    var hasher = SHA256()
    var size: Int64 = 0
    for try await bytes in stream {
      size += Int64(bytes.count)
      guard size <= limit else { throw MeshRefusal.tooLarge }
      hasher.update(data: bytes)
      try bytes.withUnsafeBytes { try upload.append($0) }
    }
    guard size > 0 else { throw MeshRefusal.noData }
    return Chunk(size: size, digest: Array(hasher.finalize()))
  }

  private func digest(of request: HTTPRequest, size: Int64) async throws -> [UInt8]? {
    guard let stream = request.stream else { return nil }
    var hasher = SHA256()
    var left = size
    for try await bytes in stream {
      left -= Int64(bytes.count)
      guard left >= 0 else { return nil }
      hasher.update(data: bytes)
    }
    return Array(hasher.finalize())
  }

  private func mostBytes(of route: MeshRoute) -> Int64 {
    switch route {
    case .typed: Int64(limits.envelopeBytes)
    case .opaque: Int64(limits.attachmentBytes)
    }
  }

  /// The route of a transfer under way, as the table has it now.
  func route(of transfer: MeshTransfer) throws(MeshRefusal) -> MeshRoute {
    guard let from = table.mailbox(of: transfer.source),
      let to = table.mailbox(of: transfer.recipient),
      let route = table.route(transfer.workflow, from: from, to: to)
    else { throw .noWorkflow }
    return route
  }

  // MARK: Answers

  private static func accepted(_ meshID: String, _ version: MeshVersion) -> HTTPResponse {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member(version == .v1 ? "messageID" : "message_id", meshID)
    writer.endObject()
    return .json(writer.bytes, status: 202)
  }

  private static func chunkAccepted(
    _ meshID: String, _ number: Int, _ version: MeshVersion
  ) -> HTTPResponse {
    guard version == .v1 else { return .json(Array("null".utf8), status: 202) }
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("messageID", meshID)
    writer.member("blockID", Int64(number))
    writer.endObject()
    return .json(writer.bytes, status: 202)
  }
}

extension HTTPRequest {
  /// True when the body is gzip. Throws for any other encoding.
  fileprivate func isGzip() throws(MeshRefusal) -> Bool {
    let encoding = header("Content-Encoding")?.trimmedSpaces.lowercased() ?? ""
    if encoding.isEmpty || encoding == "identity" { return false }
    guard encoding == "gzip" else { throw .badEncoding }
    return true
  }
}
