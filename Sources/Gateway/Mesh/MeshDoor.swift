// The MESH door: `/messageexchange/…` as NHS England's own client calls it. Here: the routes, and
// who is calling. Never believes a token alone: the mailbox must be one of the certificate's party.

import Crypto
import ExchangeModel
import Logging
import Storage
import Synchronization
import Validation

/// The routes of the door and what they share.
struct MeshDoor: Sendable {
  let store: Store
  let admission: Admission
  let schemas: SchemaSet
  let delivery: DeliveredEnvelope
  let table: MeshTable
  let limits: Limits
  /// Finds the party of a certificate, and puts one that has none on record.
  let identify: EdgeSettings.Identify
  /// Puts a caller on record whose token was not good.
  var refused: @Sendable (PeerIdentity, Timestamp) -> Void = { _, _ in }
  /// How much a party may ask for; nil for no limit.
  var quotas: PartyLimits?
  private let ledgers = MeshLedgers()

  init(
    store: Store, admission: Admission, schemas: SchemaSet, table: MeshTable? = nil,
    limits: Limits,
    identify: @escaping EdgeSettings.Identify = { _, _ in .failure(Refusal(.certificateUnknown)) }
  ) {
    self.store = store
    self.admission = admission
    self.schemas = schemas
    delivery = DeliveredEnvelope(schemas: schemas, limits: limits)
    self.table = table ?? MeshTable(MeshSettings(), secrets: nil, schemas: schemas)
    self.limits = limits
    self.identify = identify
  }

  static let base = "/messageexchange"

  var routes: [Route] {
    let mailbox = Self.base + "/{mailbox}"
    // A body beyond what may come is refused by the handler, in the words of MESH.
    let body = BodyPolicy.streamed(limit: Int.max)
    let small = BodyPolicy.buffered(limit: 64 << 10)
    return [
      route(.get, Self.base + "/_ping", isCounted: false, handler: ping),
      route(.get, Self.base + "/endpointlookup/{ods}/{workflow}", handler: lookUp),
      route(.get, Self.base + "/workflowsearch/{workflow}", handler: search),
      route(.get, mailbox, handler: handshake),
      route(.post, mailbox, body: small, handler: handshake),
      route(.get, mailbox + "/count", handler: count),
      route(.get, mailbox + "/inbox", handler: list),
      route(.get, mailbox + "/inbox/rich", handler: richInbox),
      route(.get, mailbox + "/inbox/{meshId}", handler: retrieve),
      route(.get, mailbox + "/inbox/{meshId}/{chunk}", handler: retrieve),
      route(
        .put, mailbox + "/inbox/{meshId}/status/acknowledged", body: small,
        handler: acknowledge),
      route(.post, mailbox + "/outbox", body: body, handler: send),
      route(.post, mailbox + "/outbox/{meshId}/{chunk}", body: body, handler: sendChunk),
      route(.get, mailbox + "/outbox/rich", handler: richOutbox),
      route(.get, mailbox + "/outbox/tracking", handler: track),
      route(.get, mailbox + "/outbox/tracking/{localId}", handler: trackLocal),
    ]
  }

  typealias Handler = @Sendable (HTTPRequest, MeshVersion) async throws -> HTTPResponse

  /// A route whose refusals are told in the words of MESH. Whoever can connect may call it: the
  /// handler asks who it is, so that a stranger too is answered in those words.
  private func route(
    _ verb: HTTPVerb, _ template: String, body: BodyPolicy = .none, isCounted: Bool = true,
    handler: @escaping Handler
  ) -> Route {
    let isSending = PartyLimits.isSending(verb, template)
    return Route(verb, template, body: body, access: .anyone) { request in
      guard let version = MeshVersion(accept: request.headers("Accept")) else {
        return MeshRefusal.badAccept.response(.v1)
      }
      var told: [(String, String)] = []
      let response: HTTPResponse
      do {
        switch isCounted ? try ask(request, isSending: isSending) : .goOn([]) {
        case .goOn(let fields):
          told = fields
          response = try await handler(request, version)
        case .comeAgain(let fields):
          told = fields
          response = MeshRefusal(.tooManyRequests).response(version)
        }
      } catch let refusal as MeshRefusal {
        response = refusal.response(version)
      } catch let refusal as Refusal {
        response = MeshRefusal(refusal).response(version)
      } catch is MeshTokenUsed {
        response = MeshRefusal.usedToken.response(version)
      }
      return response.with(told)
    }
  }

  /// Counts a request for the party of its certificate, whatever its token is.
  private func ask(_ request: HTTPRequest, isSending: Bool) throws -> PartyLimits.Answer {
    let party = try party(request)
    return quotas?.ask(party.urn, isSending: isSending) ?? .goOn([])
  }

  // MARK: Who is calling

  /// The party of the request's certificate.
  func party(_ request: HTTPRequest) throws -> Party {
    guard let peer = request.peer else { throw Refusal(.certificateUnknown) }
    if let code = peer.check(at: request.receivedAt) { throw Refusal(code) }
    return try identify(peer, request.receivedAt).get()
  }

  /// Who a request comes from: certificate, mailbox and token agree, and the token is fresh.
  ///
  /// - `mayRepeat`: true when the client's own retry with the same token does no harm.
  func caller(_ request: HTTPRequest, mayRepeat: Bool = true) throws -> MeshCaller {
    let party = try party(request)
    do {
      return try caller(request, of: party, mayRepeat: mayRepeat)
    } catch {
      if let peer = request.peer, error.status == 403 { refused(peer, request.receivedAt) }
      throw error
    }
  }

  private func caller(
    _ request: HTTPRequest, of party: Party, mayRepeat: Bool
  ) throws(MeshRefusal) -> MeshCaller {
    let fields = request.headers("Authorization")
    guard fields.count == 1, let field = fields.first, let token = MeshToken(field) else {
      throw .badHeader
    }
    // MESH takes a mailbox in the path in any case; in the token it is in upper case.
    let path = request.parameter("mailbox").uppercased()
    guard path.utf8.elementsEqual(token.mailbox.utf8) else { throw .otherMailbox }
    guard let mailbox = table.mailbox(token.mailbox), let secrets = table.secrets,
      let password = secrets.password(of: mailbox.id)
    else { throw .noMailbox }
    guard mailbox.party == party.urn else { throw .otherCertificate }
    guard token.isSigned(password: password, sharedKey: secrets.sharedKey) else {
      throw .badToken
    }
    guard token.isTimely(at: request.receivedAt) else { throw .untimely }
    let called = "\(request.verb.rawValue) \(request.path)?\(request.rawQuery)"
    let verdict = ledgers.show(
      token, for: called, mayRepeat: mayRepeat, at: request.receivedAt, most: limits.meshTokens)
    switch verdict {
    case .first, .repeated: return MeshCaller(mailbox: mailbox, party: party, token: token)
    case .used: throw .usedToken
    case .full: throw .busy
    }
  }

  // MARK: Liveness

  private func ping(_ request: HTTPRequest, _ version: MeshVersion) async throws -> HTTPResponse {
    .json(Array(#"{"status":"running","outcome":"Yes"}"#.utf8))
  }

  private func handshake(
    _ request: HTTPRequest, _ version: MeshVersion
  ) async throws -> HTTPResponse {
    let caller = try caller(request)
    for name in ["Mex-ClientVersion", "Mex-OSName", "Mex-OSVersion"]
    where request.header(name)?.isEmpty ?? true {
      throw MeshRefusal.field(name, "Field required")
    }
    guard version == .v1 else { return .empty(200) }
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("mailboxId", caller.mailbox.id)
    writer.endObject()
    return .json(writer.bytes)
  }
}

/// Who is calling, believed.
struct MeshCaller: Sendable {
  let mailbox: MeshMailbox
  let party: Party
  let token: MeshToken
}

/// The ledgers of all mailboxes. In memory: after a restart a token that only read may be shown
/// again within its two hours, by the holder of the certificate; one that sent may not, since its
/// use is in the store.
private final class MeshLedgers: Sendable {
  private let ledgers = Mutex<[String: MeshLedger]>([:])

  func show(
    _ token: MeshToken, for request: String, mayRepeat: Bool, at now: Timestamp, most: Int
  ) -> MeshLedger.Verdict {
    // Only mailboxes of the settings get here.
    ledgers.withLock {
      $0[token.mailbox, default: MeshLedger()].show(
        token.digest, for: request, mayRepeat: mayRepeat, until: token.end, at: now, most: most)
    }
  }
}
