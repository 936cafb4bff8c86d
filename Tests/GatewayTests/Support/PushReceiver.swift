// A party's endpoint in a test: a real TLS listener that wants the gateway's certificate, keeps
// what it is sent and answers as the test says.

import ExchangeModel
import Foundation
import Logging
import Storage
import Synchronization
import Testing

@testable import Gateway

final class PushReceiver: Sendable {
  /// One push as it came.
  struct Push: Sendable {
    let id: String
    let timestamp: String
    let signature: String
    let contentType: String
    let body: [UInt8]
    let at: ContinuousClock.Instant
  }

  typealias Answer = @Sendable (_ number: Int, _ push: Push) async throws -> HTTPResponse

  private let server: EdgeServer
  private let pushes: Mutex<[Push]>
  let certificate: IssuedCertificate

  var all: [Push] { pushes.withLock { $0 } }
  var url: String { "https://localhost:\(server.port)/push" }

  private init(_ server: EdgeServer, _ box: PushBox, _ certificate: IssuedCertificate) {
    self.server = server
    self.pushes = Mutex([])
    self.certificate = certificate
    box.keep { [weak self] push in
      guard let self else { return 0 }
      return self.pushes.withLock { pushes in
        pushes.append(push)
        return pushes.count
      }
    }
  }

  static func start(
    _ authority: CertificateAuthority, _ surroundings: Surroundings,
    wantsCertificate: Bool = true,
    answer: @escaping Answer = { _, _ in .empty(204) }
  ) async throws -> PushReceiver {
    let certificate = try authority.issue(
      .server(at: surroundings.now()), surroundings: surroundings)
    var settings = EdgeSettings(
      surroundings: surroundings, logger: LogLines().logger(.critical))
    settings.tls = TLSSettings(
      certificateChain: certificate.certificatePEM, privateKey: certificate.keyPEM ?? "",
      authorities: authority.certificatePEM)
    settings.tls?.requiresClientCertificate = wantsCertificate
    let box = PushBox()
    let route = Route(.post, "/push", body: .buffered(limit: 4 << 20), access: .anyone) {
      request in
      let push = Push(
        id: request.header("webhook-id") ?? "",
        timestamp: request.header("webhook-timestamp") ?? "",
        signature: request.header("webhook-signature") ?? "",
        contentType: request.header("Content-Type") ?? "", body: request.bytes,
        at: .now)
      return try await answer(box.take(push), push)
    }
    return PushReceiver(
      try await EdgeServer.start(settings, routes: [route]), box, certificate)
  }

  func stop() async { await server.stop() }

  /// Waits until so many pushes have come.
  func wait(for count: Int) async throws {
    for _ in 0..<1200 where all.count < count { try await Task.sleep(for: .milliseconds(25)) }
    try #require(all.count >= count, "\(all.count) pushes came")
  }

  func endpoint(
    of party: PartyURN, format: ContentFormat = .json, pins: [String]? = nil,
    authorities: String? = nil
  ) -> Endpoint {
    Endpoint(
      party: party, url: url, format: format, pins: pins ?? [certificate.summary.spkiSHA256],
      authorities: authorities)
  }
}

/// Hands a push to the receiver that was made after its route.
final class PushBox: Sendable {
  private let keeper = Mutex<(@Sendable (PushReceiver.Push) -> Int)?>(nil)

  func keep(_ keep: @escaping @Sendable (PushReceiver.Push) -> Int) {
    keeper.withLock { $0 = keep }
  }

  func take(_ push: PushReceiver.Push) -> Int { keeper.withLock { $0 }?(push) ?? 0 }
}
