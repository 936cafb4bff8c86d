// The calls that any holder of a certificate of the authority may make, registered or not.

import ExchangeModel

enum OpenCalls {
  static let all = LogCalls.all + [description, problem]

  private static let description = DescribedCall(
    verb: .get, path: "/openapi.json", id: "getDescription", tag: "About",
    summary: "Fetch this description",
    description: "OpenAPI 3.1. Needs no registered certificate.",
    answers: [
      DescribedAnswer(
        200, "The description.",
        content: [OpenAPIDocument.mediaType: ["schema": ["type": "object"]]])
    ],
    refusals: RefusedAnswer.ofEdge)

  private static let problem = DescribedCall(
    verb: .get, path: "/problems/{code}", id: "getProblem", tag: "About",
    summary: "Read what a refusal means",
    description: "What the `type` of a problem document leads to. Needs no registered certificate.",
    parameters: [
      [
        "name": "code", "in": "path", "required": true, "schema": .schema("RefusalCode"),
        "description": "The `code` of a problem document.",
      ]
    ],
    answers: [
      DescribedAnswer(
        200, "A few lines for people.",
        content: DescribedAnswer.text("Title, status, whether a retry helps, and what to do."))
    ],
    refusals: RefusedAnswer.ofEdge + [.notFound])
}
