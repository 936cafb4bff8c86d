// The log as anyone with a certificate may read it (C2SP tlog-tiles): the latest checkpoint, the
// tiles of hashes and the bundles of entries. No entry holds personal data.
// Never serves a tile beyond the checkpoint, nor below the minimum index.

import ExchangeModel
import MessageLog
import Storage

struct LogRoutes: Sendable {
  let store: Store
  let publisher: LogPublisher
  /// Leaves before this one are no longer served where a whole tile lies before it.
  let minimumIndex: Int64

  var routes: [Route] {
    [
      Route(.get, "/v1/log/checkpoint", access: .anyone, handler: checkpoint),
      Route(.get, "/v1/log/tile/{path...}", access: .anyone, handler: tile),
    ]
  }

  private func checkpoint(_ request: HTTPRequest) async throws -> HTTPResponse {
    let tree = try await publisher.served()
    return HTTPResponse(
      status: 200,
      fields: ["Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"],
      body: .bytes(tree.note.bytes))
  }

  private func tile(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard let target = TilePath.parse("tile/" + request.parameter("path")),
      !target.isPruned(below: minimumIndex)
    else { throw Refusal(.notFound) }
    let tree = try await publisher.latest()
    guard let bytes = try await store.published(target, in: tree) else {
      throw Refusal(.notFound)
    }
    // What a path names never changes: a year is as long as caches keep anything.
    return HTTPResponse(
      status: 200,
      fields: [
        "Content-Type": "application/octet-stream",
        "Cache-Control": "public, max-age=31536000, immutable",
      ],
      body: .bytes(bytes))
  }
}
