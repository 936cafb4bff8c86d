// Attachments: streamed to disk, resumable by Content-Range, checked against their digest.
// Never holds a whole attachment in memory.

import ExchangeModel
import Storage
import Validation

struct AttachmentRoutes: Sendable {
  let store: Store
  let limits: Limits

  private static let template = "/v1/attachments/{sha256}"

  var routes: [Route] {
    [
      Route(
        .put, Self.template, body: .streamed(limit: limits.attachmentBytes), handler: upload),
      Route(.get, Self.template, handler: download),
      Route(.head, Self.template, handler: progress),
    ]
  }

  /// How much of an upload is here: `Upload-Offset`, and `Upload-Complete: ?1` when it is whole.
  private func progress(_ request: HTTPRequest) async throws -> HTTPResponse {
    let digest = try request.digest()
    let party = try await request.caller(store)
    if try await store.holds(digest, party: party.urn) {
      let size = store.attachments.size(of: digest)
      return .empty(200, fields: ["Upload-Complete": "?1", "Upload-Offset": String(size)])
    }
    let offset = store.attachments.partialSize(of: digest, by: party.urn)
    guard offset > 0 else { throw Refusal(.notFound) }
    return .empty(200, fields: ["Upload-Complete": "?0", "Upload-Offset": String(offset)])
  }

  private func upload(_ request: HTTPRequest) async throws -> HTTPResponse {
    let digest = try request.digest()
    let party = try await request.caller(store)
    if try await store.holds(digest, party: party.urn) {
      return .empty(200, fields: ["Upload-Complete": "?1"])
    }
    guard let stream = request.stream else { throw Refusal(.badRequest) }
    let range = try UploadRange(request.header("Content-Range"), length: stream.length)
    guard range.total.map({ $0 <= limits.attachmentBytes }) ?? true else {
      throw Refusal(.contentTooLarge)
    }
    let files = store.attachments
    let upload: PartialAttachment
    do {
      upload = try files.openPartial(digest, by: party.urn, at: range.start)
    } catch let refusal as Refusal where refusal.code == .attachmentRangeMismatch {
      let offset = files.partialSize(of: digest, by: party.urn)
      var response = ProblemDetails.response(refusal, instance: request.id)
      response.fields["Upload-Offset"] = String(offset)
      return response
    }
    for try await chunk in stream {
      guard upload.size + Int64(chunk.count) <= range.total ?? Int64(limits.attachmentBytes)
      else { throw Refusal(.contentTooLarge) }
      try chunk.withUnsafeBytes { try upload.append($0) }
    }
    if let total = range.total, upload.size < total {
      return .empty(
        202, fields: ["Upload-Complete": "?0", "Upload-Offset": String(upload.size)])
    }
    try await store.keep(upload, as: digest, by: try request.spki())
    return .empty(
      201, fields: ["Upload-Complete": "?1", "Location": "/v1/attachments/\(digest)"])
  }

  private func download(_ request: HTTPRequest) async throws -> HTTPResponse {
    let digest = try request.digest()
    let attachment = try await store.openAttachment(digest, by: try request.spki())
    let start = try DownloadRange.start(request.header("Range"), size: attachment.size)
    var fields: HTTPFields = [
      "Content-Type": "application/octet-stream", "ETag": "\"\(digest)\"",
      "Accept-Ranges": "bytes", "Cache-Control": "no-store",
    ]
    if start > 0 {
      fields["Content-Range"] = "bytes \(start)-\(attachment.size - 1)/\(attachment.size)"
    }
    let reader = try FilePart(
      path: attachment.path, from: start, count: attachment.size - start)
    return HTTPResponse(
      status: start > 0 ? 206 : 200, fields: fields,
      body: .stream(length: Int(attachment.size - start)) { writer in
        while let piece = try reader.next() { try await writer.write(piece) }
      })
  }
}

extension HTTPRequest {
  /// The digest in the path. Throws `bad-parameter` when it is not 64 lower-case hex digits.
  fileprivate func digest() throws -> String {
    let text = parameter("sha256")
    let isDigest =
      text.utf8.count == 64
      && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    guard isDigest else {
      throw Refusal(
        .badParameter,
        issues: [
          ValidationIssue(
            place: "sha256", line: nil, rule: "digest",
            message: "Give the SHA-256 of the content as 64 lower-case hex digits.")
        ])
    }
    return text
  }

  /// The caller as the directory knows it now.
  func caller(_ store: Store) async throws -> Party {
    try await store.currentDirectory().identify(spkiSHA256: try spki(), at: receivedAt).get()
  }
}

/// Where an upload starts and how long the whole is (RFC 9110, 14.4: Content-Range).
struct UploadRange: Equatable {
  let start: Int64
  let total: Int64?

  /// Without the field, the body is the whole. Throws `bad-parameter` for a malformed one.
  init(_ contentRange: String?, length: Int?) throws {
    guard let contentRange else {
      start = 0
      total = length.map { Int64($0) }
      return
    }
    let text = contentRange.hasPrefix("bytes ") ? contentRange.dropFirst(6) : ""
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    let ends = parts.first?.split(separator: "-", omittingEmptySubsequences: false) ?? []
    guard parts.count == 2, ends.count == 2, let first = Int64(ends[0]), first >= 0,
      let last = Int64(ends[1]), last >= first, let total = Int64(parts[1]), last < total
    else {
      throw Refusal(
        .badParameter,
        issues: [
          ValidationIssue(
            place: "Content-Range", line: nil, rule: "range",
            message: "Write it as `bytes FIRST-LAST/TOTAL`.")
        ])
    }
    start = first
    self.total = total
  }
}

/// Where a download starts (RFC 9110, 14.2): only `bytes=N-` is served as a range; any other is
/// answered with the whole, which the RFC allows.
enum DownloadRange {
  static func start(_ range: String?, size: Int64) throws -> Int64 {
    guard let range, range.hasPrefix("bytes="), range.hasSuffix("-"),
      let start = Int64(range.dropFirst(6).dropLast()), (0..<max(size, 1)).contains(start)
    else { return 0 }
    return start
  }
}
