// `POST /audit/queries` on the admin listener: an administrator's question about the log, with a
// token, a role and a reason. Never a child's identifier in a URL, and never content in an answer.

import ExchangeModel
import Logging
import Storage
import Validation

struct AuditRoutes: Sendable {
  let store: Store
  let token: AdminToken
  let limits: Limits
  let logger: Logger

  /// Bytes of a body: identifiers, words and a reason.
  private static let longestBody = 16 << 10
  /// Who the log names for a caller with the token: whoever read its file.
  static let account = "admin-token"

  var routes: [Route] {
    [
      Route(
        .post, "/audit/queries", body: .buffered(limit: Self.longestBody), access: .anyone,
        handler: query)
    ]
  }

  private static let members =
    AuditFields.names + ["child", "overrides", "views", "role", "for", "reason", "limit", "after"]

  private func query(_ request: HTTPRequest) async throws -> HTTPResponse {
    do {
      try token.require(of: request)
    } catch {
      logger.warning("audit.refused", metadata: ["code": "\(error.code.rawValue)"])
      var answer = ProblemDetails.response(error, instance: request.id)
      answer.fields["WWW-Authenticate"] = "Bearer"
      return answer
    }
    var reader = try BodyReader(request.bytes, members: Self.members, limits: limits)
    let query = Self.question(&reader)
    let staff = Self.staff(&reader)
    let reason = Self.reason(&reader)
    let limit = reader.integer("limit", default: 100, in: 1...limits.auditPage)
    let text = reader.text("after")
    let after = text.flatMap { AuditCursor($0) }
    if text != nil, after == nil {
      reader.fault("/after", "cursor", "Give the `next` value of the page before.")
    }
    try reader.finish()
    guard let staff, let reason else { throw Refusal(.badRequest) }
    let page = try await store.audit(query, by: staff, reason: reason, after: after, limit: limit)
    return .json(Self.json(page), fields: ["Cache-Control": "no-store"])
  }

  private static func question(_ reader: inout BodyReader) -> AuditQuery {
    var values: [String: String] = [:]
    for name in AuditFields.names { values[name] = reader.text(name) }
    let fields = AuditFields(values)
    for fault in fields.faults { reader.fault("/\(fault.name)", "value", fault.remedy) }
    var query = fields.query
    if reader.has("child") { query.child = reader.subject() }
    query.overridesOnly = reader.flag("overrides")
    query.viewsOnly = reader.flag("views")
    return query
  }

  private static func staff(_ reader: inout BodyReader) -> StaffMember? {
    guard let text = reader.text("role", isRequired: true) else { return nil }
    guard let role = StaffRole(rawValue: text) else {
      reader.fault("/role", "value", AuditFields.roles)
      return nil
    }
    return StaffMember(role: role, account: account)
  }

  private static func reason(_ reader: inout BodyReader) -> StaffReason? {
    let word = reader.text("for", isRequired: true)
    let text = reader.text("reason", isRequired: true)
    guard let word, let text else { return nil }
    guard let purpose = StaffPurpose(rawValue: word) else {
      reader.fault("/for", "value", AuditFields.purposes)
      return nil
    }
    guard let reason = StaffReason(purpose: purpose, text: text) else {
      reader.fault("/reason", "value", AuditFields.reason)
      return nil
    }
    return reason
  }

  private static func json(_ page: AuditPage) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("records")
    writer.beginArray()
    for record in page.records {
      LogRecordWriter.write(record.record, reason: record.reason, to: &writer)
    }
    writer.endArray()
    if let next = page.next { writer.member("next", next.description) }
    writer.endObject()
    return writer.bytes
  }
}
