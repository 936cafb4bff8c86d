// A refusal as application/problem+json (RFC 9457). Never says more than the registry of refusals
// and the issues' fixed texts: no value that was received goes back out.

package import ExchangeModel
import Validation

/// Makes problem documents.
package enum ProblemDetails {
  /// The media type (RFC 9457, section 6.1).
  package static let mediaType = "application/problem+json"

  /// Seconds named in Retry-After for a passing refusal.
  package static let retrySeconds = 5

  /// The document of a refusal.
  package static func bytes(_ refusal: Refusal, instance: RequestID) -> [UInt8] {
    let text = refusal.code.description
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("type")
    writer.string("/problems/" + refusal.code.rawValue)
    writer.key("title")
    writer.string(text.title)
    writer.key("status")
    writer.integer(Int64(text.status))
    writer.key("detail")
    writer.string(text.remedy)
    writer.key("instance")
    writer.string("urn:uuid:" + instance.description)
    writer.key("code")
    writer.string(refusal.code.rawValue)
    writer.key("retryable")
    writer.bool(text.isRetryable)
    if !refusal.issues.isEmpty {
      writer.key("errors")
      writer.beginArray()
      for issue in refusal.issues { write(issue, of: refusal.code, into: &writer) }
      writer.endArray()
    }
    writer.endObject()
    return writer.bytes
  }

  /// The answer for a refusal, with Retry-After where it is passing (503, 429, 507).
  package static func response(_ refusal: Refusal, instance: RequestID) -> HTTPResponse {
    let text = refusal.code.description
    var fields: HTTPFields = ["Content-Type": mediaType, "Cache-Control": "no-store"]
    if text.status == 503 || text.status == 429 || text.status == 507 {
      fields["Retry-After"] = String(retrySeconds)
    }
    return HTTPResponse(
      status: text.status, fields: fields, body: .bytes(bytes(refusal, instance: instance)))
  }

  private static func write(
    _ issue: ValidationIssue, of code: RefusalCode, into writer: inout JSONWriter
  ) {
    writer.beginObject()
    if code == .badParameter {
      writer.key("parameter")
    } else {
      writer.key(isXPath(issue.place) ? "xpath" : "pointer")
    }
    writer.string(issue.place)
    if let line = issue.line {
      writer.key("line")
      writer.integer(Int64(line))
    }
    writer.key("rule")
    writer.string(issue.rule)
    writer.key("detail")
    writer.string(issue.message)
    writer.endObject()
  }

  /// A place in an XML envelope is an XPath from its root element, `event` (CloudEvents XML
  /// format, 3.1); no JSON envelope attribute has that name, so the two never meet.
  private static func isXPath(_ place: String) -> Bool {
    let bytes = place.utf8
    // Nor has one that of a transfer file's root.
    if bytes.starts(with: "/CTfile".utf8) { return true }
    return bytes.starts(with: "/event".utf8)
      && (bytes.count == 6 || bytes.dropFirst(6).first.map { $0 == 0x2F || $0 == 0x5B } == true)
  }
}
