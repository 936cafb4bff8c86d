// A real edge server on a free port for a test, with an authority of its own, a clock that can be
// moved and a log that can be read. Never used outside tests.

import ExchangeModel
import Foundation
import Logging
import NIOSSL
import Synchronization

@testable import Gateway

/// A clock that runs and can be moved.
final class MovableClock: Sendable {
  private let shift = Mutex<Int64>(0)

  func move(seconds: Int64) { shift.withLock { $0 += seconds * 1000 } }

  func now() -> Timestamp {
    let real = Int64(Date().timeIntervalSince1970 * 1000)
    return Timestamp(milliseconds: real + shift.withLock { $0 })
  }
}

/// Keeps the metadata of every log line.
final class LogLines: Sendable {
  private let lines = Mutex<[Logger.Metadata]>([])

  /// The `reason` of each refused handshake so far.
  var refusalReasons: [String] {
    lines.withLock { lines in
      lines.filter { $0["event"] == "tls.refused" }.compactMap { $0["reason"]?.description }
    }
  }

  var events: [String] { lines.withLock { $0.compactMap { $0["event"]?.description } } }

  func append(_ metadata: Logger.Metadata) { lines.withLock { $0.append(metadata) } }

  func logger(_ level: Logger.Level = .info) -> Logger {
    var logger = Logger(label: "test") { _ in LineHandler(lines: self) }
    logger.logLevel = level
    return logger
  }

  private struct LineHandler: LogHandler {
    let lines: LogLines
    var metadata = Logger.Metadata()
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { lines.append(event.metadata ?? [:]) }
  }
}

/// Who is registered, changeable while a server runs.
final class TestDirectory: Sendable {
  private let states = Mutex<[String: RefusalCode?]>([:])

  func register(_ spki: String) { states.withLock { $0[spki] = .some(nil) } }
  func refuse(_ spki: String, _ code: RefusalCode) { states.withLock { $0[spki] = code } }

  func identify(_ peer: PeerIdentity) -> Result<Party, Refusal> {
    let state = states.withLock { $0[peer.spkiSHA256] }
    guard let state, let urn = PartyURN("urn:gatehouse:850:4321") else {
      return .failure(Refusal(.certificateUnknown))
    }
    if let code = state { return .failure(Refusal(code)) }
    return .success(Party(urn: urn, name: "Test school", role: PartyRole(rawValue: "school")))
  }
}

/// An authority, a server certificate and a registered party, with a running server.
final class EdgeHarness: Sendable {
  let clock: MovableClock
  let log = LogLines()
  let directory: TestDirectory
  let authority: CertificateAuthority
  let serverCertificate: IssuedCertificate
  let client: IssuedCertificate
  let server: EdgeServer

  var port: Int { server.port }

  static func surroundings(_ clock: MovableClock) -> Surroundings {
    Surroundings(now: { clock.now() }, random: { .random(in: .min ... .max) })
  }

  /// Starts a server with mutual TLS, or without TLS.
  init(
    isPlain: Bool = false, logLevel: Logger.Level = .info, routes: [Route],
    _ change: (inout EdgeSettings) -> Void = { _ in }
  ) async throws {
    let clock = MovableClock()
    let directory = TestDirectory()
    let surroundings = Self.surroundings(clock)
    self.clock = clock
    self.directory = directory
    authority = try CertificateAuthority.create(surroundings: surroundings)
    serverCertificate = try authority.issue(.server(at: clock.now()), surroundings: surroundings)
    client = try Self.party(authority, surroundings)
    directory.register(client.summary.spkiSHA256)
    var settings = EdgeSettings(surroundings: surroundings, logger: log.logger(logLevel))
    settings.identify = { peer, _ in directory.identify(peer) }
    settings.edgeLimits.sweepMilliseconds = 50
    settings.edgeLimits.lingerSeconds = 1
    // Tests of deadlines set their own; the others may be slow on a busy machine.
    settings.edgeLimits.handshakeSeconds = 60
    settings.limits.headerSeconds = 60
    settings.limits.bodySeconds = 60
    if !isPlain {
      settings.tls = TLSSettings(
        certificateChain: serverCertificate.certificatePEM,
        privateKey: serverCertificate.keyPEM ?? "", authorities: authority.certificatePEM)
    }
    change(&settings)
    server = try await EdgeServer.start(settings, routes: routes)
  }

  /// A party's certificate, changed as the test asks.
  static func party(
    _ authority: CertificateAuthority, _ surroundings: Surroundings,
    _ change: (inout CertificateOrder) -> Void = { _ in }
  ) throws -> IssuedCertificate {
    let now = surroundings.now()
    var order = CertificateOrder(
      commonName: "urn:gatehouse:850:4321", usages: [.client],
      notBefore: now.adding(seconds: -3600), notAfter: now.adding(seconds: 86_400))
    change(&order)
    return try authority.issue(order, surroundings: surroundings)
  }

  /// A client's TLS configuration that trusts this harness's authority.
  func clientTLS(_ certificate: IssuedCertificate?) throws -> TLSConfiguration {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.trustRoots = .certificates(
      try NIOSSLCertificate.fromPEMBytes(Array(authority.certificatePEM.utf8)))
    if let certificate {
      configuration.certificateChain = try NIOSSLCertificate.fromPEMBytes(
        Array(certificate.certificatePEM.utf8)
      ).map { .certificate($0) }
      configuration.privateKey = .privateKey(
        try NIOSSLPrivateKey(bytes: Array((certificate.keyPEM ?? "").utf8), format: .pem))
    }
    return configuration
  }

  /// Connects as the registered party.
  func connect() async throws -> RawClient {
    try await RawClient.connect(port: port, tls: clientTLS(client))
  }

  /// Runs a test against a harness and stops its server whatever happens.
  static func with(
    isPlain: Bool = false, logLevel: Logger.Level = .info, routes: [Route] = EdgeHarness.echo,
    _ change: (inout EdgeSettings) -> Void = { _ in },
    _ body: (EdgeHarness) async throws -> Void
  ) async throws {
    let harness = try await EdgeHarness(
      isPlain: isPlain, logLevel: logLevel, routes: routes, change)
    do {
      try await body(harness)
      await harness.server.stop()
    } catch {
      await harness.server.stop()
      throw error
    }
  }

  /// Routes that most tests need.
  static let echo: [Route] = [
    Route(.get, "/hello") { request in .text("hello " + (request.party?.urn.text ?? "nobody")) },
    Route(.post, "/echo", body: .buffered(limit: 4096)) { request in .json(request.bytes) },
    .immediate(.post, "/immediate", body: .buffered(limit: 4096)) { .json($0.bytes) },
    Route(.put, "/stream", body: .streamed(limit: 1 << 20)) { request in
      var count = 0
      if let stream = request.stream { for try await chunk in stream { count += chunk.count } }
      return .text("\(count)")
    },
    Route(.get, "/items/{name}/parts/{part...}") { request in
      .text(request.parameter("name") + "|" + request.parameter("part"))
    },
  ]
}
