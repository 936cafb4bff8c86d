// The calls of a witness (C2SP tlog-witness): a log hands in a checkpoint, a monitor looks.
// Open to whoever can connect: what counts is the log's signature on the checkpoint.

import ExchangeModel
import MessageLog
import Storage

struct WitnessRoutes: Sendable {
  let witness: PeerWitness

  var routes: [Route] {
    [
      Route(
        .post, "/v1/witness/add-checkpoint",
        body: .buffered(limit: WitnessRequest.maximumBytes), access: .anyone, handler: add),
      Route(
        .get, "/v1/witness/{originSha256}/checkpoint", access: .anyone, handler: checkpoint),
    ]
  }

  private func add(_ request: HTTPRequest) async throws -> HTTPResponse {
    switch try await witness.add(request.bytes) {
    case .cosigned(let lines):
      return HTTPResponse(
        status: 200,
        fields: ["Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"],
        body: .bytes(lines))
    case .conflict(let size):
      return HTTPResponse(
        status: 409, fields: ["Content-Type": "text/x.tlog.size", "Cache-Control": "no-store"],
        body: .bytes(Array("\(size)\n".utf8)))
    case .inconsistent: throw Refusal(.checkpointInconsistent)
    }
  }

  private func checkpoint(_ request: HTTPRequest) async throws -> HTTPResponse {
    let name = request.parameter("originSha256")
    guard let note = try await witness.checkpoint(ofOriginNamed: name) else {
      throw Refusal(.notFound)
    }
    return HTTPResponse(
      status: 200,
      fields: ["Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"],
      body: .bytes(note))
  }
}
