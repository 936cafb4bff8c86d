// The admin listener, on loopback only: is the process alive, can it serve; and, for whoever has
// the token, questions about the log. Never tells anything about messages or parties without it.

import ExchangeModel
import Logging
import Storage
import Synchronization
import Validation

/// Whether the gateway is taking requests, for `/readyz`.
package final class Readiness: Sendable {
  private let draining = Mutex(false)

  package init() {}

  /// True from the moment a stop begins.
  package var isDraining: Bool { draining.withLock { $0 } }

  package func startDraining() { draining.withLock { $0 = true } }
}

struct AdminRoutes: Sendable {
  let store: Store
  let readiness: Readiness
  let schemas: SchemaSet
  let publisher: LogPublisher
  let metrics: DeliveryMetrics

  var routes: [Route] {
    [
      Route(.get, "/livez", access: .anyone) { _ in .text("ok\n") },
      Route(.get, "/readyz", access: .anyone, handler: ready),
      Route(.get, "/metrics", access: .anyone) { _ in
        .text(try await metrics.text(), mediaType: "text/plain; version=0.0.4; charset=utf-8")
      },
    ]
  }

  private static let loopback: Set<String> = ["127.0.0.1", "::1", "[::1]", "localhost"]

  /// Begins to listen; nil when the settings name no port. Questions about the log are answered on
  /// loopback alone: the listener speaks plain HTTP.
  func listen(
    _ settings: Settings, surroundings: Surroundings, logger: Logger
  ) async throws -> EdgeServer? {
    guard let port = settings.adminPort else { return nil }
    var plain = EdgeSettings(surroundings: surroundings, logger: logger)
    plain.host = settings.adminHost
    plain.port = port
    plain.limits.connections = settings.limits.adminConnections
    var all = routes
    if Self.loopback.contains(settings.adminHost) {
      let token = try AdminToken(folder: settings.data, surroundings: surroundings)
      all +=
        AuditRoutes(store: store, token: token, limits: settings.limits, logger: logger)
        .routes
    }
    return try await EdgeServer.start(plain, routes: all)
  }

  /// How long the database may take: whoever asks has little patience.
  private static let probeTime = Duration.seconds(2)

  /// Writes to the database for real: a gateway that cannot promise is not ready.
  private func canWrite() async -> Bool {
    let answers = AsyncStream.makeStream(of: Bool.self)
    Task {
      do {
        try await store.probe()
        answers.continuation.yield(true)
      } catch {
        answers.continuation.yield(false)
      }
    }
    let limit = Task {
      try await Task.sleep(for: Self.probeTime)
      answers.continuation.yield(false)
    }
    defer { limit.cancel() }
    for await answer in answers.stream { return answer }
    return false
  }

  private func ready(_ request: HTTPRequest) async throws -> HTTPResponse {
    let checks = [
      ("accepting", !readiness.isDraining), ("database", await canWrite()),
      ("catalogue", !schemas.messageTypes.isEmpty), ("log", publisher.failure == nil),
    ]
    let isReady = checks.allSatisfy(\.1)
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("status", isReady ? "ready" : "not ready")
    writer.key("checks")
    writer.beginObject()
    for (name, holds) in checks { writer.member(name, holds ? "ok" : "failed") }
    writer.endObject()
    let quorum = publisher.quorum
    if quorum.needed > 0 {
      // Too few is told, and no reason to stop the exchange.
      writer.key("witnesses")
      writer.beginObject()
      writer.key("needed")
      writer.integer(Int64(quorum.needed))
      writer.key("cosigned")
      writer.integer(Int64(quorum.cosigned))
      writer.key("treeSize")
      writer.integer(quorum.size)
      writer.endObject()
    }
    writer.endObject()
    return .json(writer.bytes, status: isReady ? 200 : 503, fields: ["Cache-Control": "no-store"])
  }
}
