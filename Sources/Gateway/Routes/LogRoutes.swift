// The log as anyone with a certificate may read it: the latest checkpoint.

import ExchangeModel
import MessageLog
import Storage

struct LogRoutes: Sendable {
  let publisher: LogPublisher

  var routes: [Route] {
    [Route(.get, "/v1/log/checkpoint", access: .anyone, handler: checkpoint)]
  }

  private func checkpoint(_ request: HTTPRequest) async throws -> HTTPResponse {
    let tree = try await publisher.latest()
    return HTTPResponse(
      status: 200,
      fields: ["Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"],
      body: .bytes(tree.note.bytes))
  }
}
