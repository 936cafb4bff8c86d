// A page for each code of refusal, so that the `type` of a problem document (RFC 9457, 3.1.1)
// leads somewhere. Fixed text only.

import ExchangeModel

struct ProblemRoutes: Sendable {
  var routes: [Route] {
    [
      .immediate(.get, "/problems/{code}", access: .anyone) { request in
        guard let code = RefusalCode(rawValue: request.parameter("code")) else {
          throw Refusal(.notFound)
        }
        return .text(Self.page(code))
      }
    ]
  }

  /// What a person should know about a code.
  static func page(_ code: RefusalCode) -> String {
    let text = code.description
    let retry =
      text.isRetryable
      ? "The same request may succeed later." : "The same request will be refused again."
    return """
      \(text.title)

      Code: \(code.rawValue)
      HTTP status: \(text.status)
      Retryable: \(text.isRetryable ? "yes" : "no"). \(retry)

      \(text.remedy)

      """
  }
}
