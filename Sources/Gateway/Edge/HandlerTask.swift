// The task of one request: runs the handler, carries its answer back to the connection's loop.
// Never touches the connection off its loop.

import ExchangeModel
import Logging
import NIOCore

/// A connection as its request's task sees it.
struct RemoteConnection: Sendable {
  private let bound: NIOLoopBound<Connection>
  private let eventLoop: any EventLoop
  private let number: UInt64

  init(_ connection: Connection, number: UInt64) {
    eventLoop = connection.loop.eventLoop
    bound = NIOLoopBound(connection, eventLoop: eventLoop)
    self.number = number
  }

  /// Runs the handler and sends what it answers. Holds the charge for the body until then.
  func run(
    _ handler: Route.Handler, _ request: HTTPRequest, _ logger: Logger, _ charge: BodyCharge?
  ) async {
    defer { withExtendedLifetime(charge) {} }
    let response: HTTPResponse
    do {
      response = try await handler(request)
    } catch {
      let failure = HandlerFailure(error, request, logger)
      return onConnection {
        $0.exchange?.refusal = failure.code
        $0.answer(failure.response, isLast: false)
      }
    }
    onConnection { $0.answer(response, isLast: false) }
    guard case .stream(_, let produce) = response.body, request.verb != .head else { return }
    do {
      try await produce(ResponseWriter(connection: self))
      onConnection { $0.finishStream(number: number, isWhole: true) }
    } catch {
      HandlerFailure.log(error, request, logger)
      onConnection { $0.finishStream(number: number, isWhole: false) }
    }
  }

  private func onConnection(_ act: @escaping @Sendable (Connection) -> Void) {
    let deliver = { @Sendable [bound, number] in
      let connection = bound.value
      if connection.exchange?.number == number { act(connection) }
    }
    if eventLoop.inEventLoop { deliver() } else { eventLoop.execute(deliver) }
  }

  func write(_ bytes: [UInt8]) async throws {
    try await eventLoop.flatSubmit { [bound, number] in
      bound.value.write(bytes, number: number)
    }.get()
  }
}

/// Writes a streamed answer piece by piece.
package struct ResponseWriter: Sendable {
  let connection: RemoteConnection

  /// Sends one piece (some 64 KB is a good size) and waits until the socket has taken it.
  /// Throws when the connection is gone.
  package func write(_ bytes: [UInt8]) async throws { try await connection.write(bytes) }
}

/// What a handler's error means outside: a refusal says itself, anything else is ours and passing.
struct HandlerFailure: Sendable {
  let code: RefusalCode
  let response: HTTPResponse

  init(_ thrown: any Error, _ request: HTTPRequest, _ logger: Logger) {
    let gate = thrown as? PassedGate
    let error = gate?.cause ?? thrown
    let refusal = error as? Refusal ?? Refusal(.temporarilyUnavailable)
    code = refusal.code
    response = ProblemDetails.response(refusal, instance: request.id).with(gate?.fields ?? [])
    if !(error is Refusal) { Self.log(error, request, logger) }
  }

  /// Logs the error's type only: its text may carry content.
  static func log(_ error: any Error, _ request: HTTPRequest, _ logger: Logger) {
    guard !(error is CancellationError), !(error is ChannelError) else { return }
    logger.error(
      "request failed",
      metadata: [
        "event": "http.failed", "request.id": "\(request.id)",
        "route": "\(request.template)", "error": "\(type(of: error))",
      ])
  }
}
