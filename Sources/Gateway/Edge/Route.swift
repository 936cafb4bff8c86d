// One line of the route table: which verb and path, what body it takes, who may call, what runs.
// Never holds state: a route is a value, so the table can be listed and compared with OpenAPI.

/// What body a route takes. A body beyond it is refused before the handler sees it.
package enum BodyPolicy: Sendable, Equatable {
  /// None: a request that announces a body is refused with `bad-request`.
  case none
  /// Collected whole before the handler runs; over `limit` bytes is `content-too-large`.
  case buffered(limit: Int)
  /// Handed to the handler while it arrives, with back-pressure; over `limit` bytes is
  /// `content-too-large`, thrown by the stream.
  case streamed(limit: Int)
}

/// Who may call a route.
package enum RouteAccess: Sendable, Equatable {
  /// A registered, live party with a live certificate; anyone else gets 403.
  case party
  /// Whoever can connect: with TLS that is still a holder of a certificate of our authority.
  case anyone
}

/// Whether a request comes to a route's handler.
enum RouteGate: Sendable {
  /// It does; the answer gets these fields.
  case open([(String, String)])
  /// It does not; this is its answer.
  case closed(HTTPResponse)
}

/// What a handler behind an open gate threw, and the fields for the answer that comes of it.
struct PassedGate: Error {
  let cause: any Error
  let fields: [(String, String)]
}

/// A verb, a path template, and what answers it.
package struct Route: Sendable {
  /// Answers a request. A thrown `Refusal` becomes its problem document; any other error becomes
  /// 503 `temporarily-unavailable` and is logged by its type. Cancelled when the peer goes away.
  package typealias Handler = @Sendable (HTTPRequest) async throws -> HTTPResponse
  /// Answers on the event loop without a task: for answers in memory only; must never block.
  package typealias ImmediateHandler = @Sendable (HTTPRequest) throws -> HTTPResponse

  enum Answer: Sendable {
    case async(Handler)
    case asyncOnLoop(Handler)
    case immediate(ImmediateHandler)
  }

  package let verb: HTTPVerb
  /// A path such as `/v1/inbox/{messageId}/acknowledgement`. `{name}` stands for one segment,
  /// `{name...}`, last only, for one or more.
  package let template: String
  package let body: BodyPolicy
  package let access: RouteAccess
  let answer: Answer

  package init(
    _ verb: HTTPVerb, _ template: String, body: BodyPolicy = .none, access: RouteAccess = .party,
    handler: @escaping Handler
  ) {
    self.verb = verb
    self.template = template
    self.body = body
    self.access = access
    answer = .async(handler)
  }

  /// A route whose handler waits for other threads but computes little itself: its task stays on
  /// the connection's event loop, which is cheaper. It must never block.
  package static func onLoop(
    _ verb: HTTPVerb, _ template: String, body: BodyPolicy = .none, access: RouteAccess = .party,
    handler: @escaping Handler
  ) -> Route {
    Route(verb, template, body: body, access: access, answer: .asyncOnLoop(handler))
  }

  /// A route answered on the event loop. Its body is `none` or `buffered`.
  package static func immediate(
    _ verb: HTTPVerb, _ template: String, body: BodyPolicy = .none, access: RouteAccess = .party,
    handler: @escaping ImmediateHandler
  ) -> Route {
    if case .streamed = body { preconditionFailure("an immediate route cannot stream its body") }
    return Route(verb, template, body: body, access: access, answer: .immediate(handler))
  }

  /// The same route behind a gate, which is asked on the event loop or in the request's task and
  /// must not block. An open gate adds its fields to the answer, a refusal too.
  func behind(_ gate: @escaping @Sendable (HTTPRequest) -> RouteGate) -> Route {
    let passing: @Sendable (@escaping Handler) -> Handler = { handler in
      { request in
        switch gate(request) {
        case .closed(let response): return response
        case .open(let fields):
          do {
            return try await handler(request).with(fields)
          } catch {
            throw PassedGate(cause: error, fields: fields)
          }
        }
      }
    }
    let gated: Answer =
      switch answer {
      case .async(let handler): .async(passing(handler))
      case .asyncOnLoop(let handler): .asyncOnLoop(passing(handler))
      case .immediate(let handler):
        .immediate { request in
          switch gate(request) {
          case .closed(let response): return response
          case .open(let fields):
            do {
              return try handler(request).with(fields)
            } catch {
              throw PassedGate(cause: error, fields: fields)
            }
          }
        }
      }
    return Route(verb, template, body: body, access: access, answer: gated)
  }

  private init(
    _ verb: HTTPVerb, _ template: String, body: BodyPolicy, access: RouteAccess, answer: Answer
  ) {
    self.verb = verb
    self.template = template
    self.body = body
    self.access = access
    self.answer = answer
  }
}
