// The gateway's real route table over an empty store in a folder of its own, called without a
// socket. Never used outside tests.

import ExchangeModel
import Foundation
import Logging
import MessageLog
import Policy
import NIOHTTP1
import Storage
import Testing
import Validation

@testable import Gateway

/// Every route of the API, with what stands behind it.
final class RouteTable: Sendable {
  static let now = Timestamp(milliseconds: 1_795_251_600_000)
  /// The caller of `answer`: a school, once `register` has run.
  static let peer = PeerIdentity(
    spkiSHA256: String(repeating: "a5", count: 32), notBefore: now.adding(seconds: -60),
    notAfter: now.adding(seconds: 60))

  let store: Store
  let schemas: SchemaSet
  let folder: SchemaFolder
  let routes: [Route]
  private let directory: String

  init(limits: Limits = Limits()) throws {
    let sources = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    let root = (0..<4).reduce(sources) { url, _ in url.deletingLastPathComponent() }
    folder = try SchemaFolder(root.appendingPathComponent("schemas").path)
    schemas = try SchemaSet(files: folder.files, limits: limits, compiling: .whenNeeded)
    directory = NSTemporaryDirectory() + "routes-" + UUID().uuidString
    let surroundings = Surroundings(
      now: { Self.now }, random: { UInt64.random(in: .min ... .max) })
    store = try Store(
      directory: directory, limits: limits, surroundings: surroundings,
      access: Policy.decideAccess, due: Policy.reckonDue)
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let signer = try NoteSigner(
      name: try #require(KeyName("gatehouse.example/test")), kind: .ed25519,
      seed: [UInt8](repeating: 7, count: 32))
    routes = GatewayServer.routes(
      store: store, admission: Admission(store: store, schemas: schemas, limits: limits),
      schemas: schemas, folder: folder,
      publisher: LogPublisher(store: store, signers: LogSigners(signer), logger: logger),
      limits: limits)
  }

  deinit {
    try? store.close()
    try? FileManager.default.removeItem(atPath: directory)
  }

  /// Registers the party of `peer`.
  func register() async throws {
    let urn = try #require(PartyURN("urn:gatehouse:850:4321"))
    try await store.register(
      Party(
        urn: urn, name: "Invented School", role: PartyRole(rawValue: "school"),
        certificates: [
          PartyCertificate(
            spkiSHA256: Self.peer.spkiSHA256, notBefore: Self.peer.notBefore,
            notAfter: Self.peer.notAfter)
        ]))
  }

  /// What a GET of this path is answered, as the router and the route have it.
  func get(_ path: String) async throws -> HTTPResponse {
    let target = try #require(RequestTarget(path, maximumSegments: 16))
    guard case .found(let route, let parameters) = Router(routes).find(.get, target.segments)
    else { throw Refusal(.notFound) }
    let request = HTTPRequest(
      verb: .get, segments: target.segments, template: route.template, path: target.path,
      rawQuery: target.rawQuery, body: .none, peer: Self.peer, party: nil, receivedAt: Self.now,
      id: RequestID(random: 1, 2), fields: HTTPHeaders(), parameters: parameters)
    switch route.answer {
    case .immediate(let handler): return try handler(request)
    case .async(let handler), .asyncOnLoop(let handler): return try await handler(request)
    }
  }
}

extension HTTPResponse {
  /// The body, when it is whole.
  var bytes: [UInt8] { if case .bytes(let bytes) = body { bytes } else { [] } }
}
