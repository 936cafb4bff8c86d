// Serves the description of the API, OpenAPI 3.1. A test holds it to the route table.

import ExchangeModel

struct OpenAPIRoutes: Sendable {
  /// The limits that the description names.
  let limits: Limits

  var routes: [Route] {
    let bytes = OpenAPIDocument.bytes(limits)
    return [
      .immediate(.get, "/openapi.json", access: .anyone) { _ in
        .json(bytes, mediaType: OpenAPIDocument.mediaType)
      }
    ]
  }
}
