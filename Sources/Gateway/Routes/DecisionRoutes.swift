// A question before sending: would this message be admitted, and why, or why not?
// Never stores the message: that the question was asked is all that is logged.

import ExchangeModel
import Storage
import Validation

struct DecisionRoutes: Sendable {
  let admission: Admission
  let limits: Limits

  var routes: [Route] {
    [Route(.post, "/v1/decisions", body: .buffered(limit: limits.envelopeBytes), handler: explain)]
  }

  private func explain(_ request: HTTPRequest) async throws -> HTTPResponse {
    let sender = SenderProof.certificate(try request.spki())
    guard let format = MediaType.envelopeFormat(request.header("Content-Type")) else {
      throw Refusal(.unsupportedMediaType)
    }
    let decision = try await admission.explain(request.bytes, format: format, from: sender)
    var writer = JSONWriter()
    writer.write(explained: decision.asTold)
    return .json(writer.bytes, fields: ["Cache-Control": "no-store"])
  }
}

extension Decision {
  /// Rules whose say tells what the registers hold about a child.
  private static let ofRegisters: Set = [
    "consent", "override", "onward-use", "withdrawal", "sensitive-address", "objection",
    "publication",
  ]

  /// The decision as its asker is told it. Whoever could not send the message at all learns nothing
  /// of the registers by asking: not whether a child is known here, objected to, or has consented.
  var asTold: Decision {
    let isBarred = rules.contains {
      ["parties-live", "route"].contains($0.rule) && $0.verdict != .permit
    }
    guard isBarred else { return self }
    let told = rules.map { outcome in
      guard Self.ofRegisters.contains(outcome.rule) else { return outcome }
      return RuleOutcome(
        rule: outcome.rule, verdict: .notApplicable, source: outcome.source,
        reason: "Not told: the sender does not send messages of this type to this recipient.")
    }
    return Decision(
      rules: told, obligations: obligations, grounds: grounds, policyVersion: policyVersion,
      catalogueVersion: catalogueVersion)
  }
}

extension JSONWriter {
  /// A decision, with what a refusal by it would say.
  mutating func write(explained decision: Decision) {
    beginObject()
    member("verdict", decision.verdict.rawValue)
    if let code = decision.refusalCode {
      let text = code.description
      key("refusal")
      beginObject()
      member("code", code.rawValue)
      member("title", text.title)
      member("detail", text.remedy)
      key("retryable")
      bool(text.isRetryable)
      endObject()
    }
    key("decision")
    write(decision)
    endObject()
  }
}
