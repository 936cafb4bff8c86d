// A whole gateway for a test: real TLS on a free port, a real database in a fresh folder, invented
// parties with certificates of an authority of its own. Nothing is mocked but the clock's offset.

import Crypto
import ExchangeModel
import Foundation
import Logging
import MessageLog
import NIOSSL
import Policy
import ServiceLifecycle
import Storage
import Synchronization
import Testing

@testable import Gateway

/// The parties of the tests. All invented.
enum Agency: String, CaseIterable {
  case school = "urn:gatehouse:850:4321"
  case service = "urn:gatehouse:850:iss"
  case camhs = "urn:gatehouse:850:ods-rw1"
  case otherSchool = "urn:gatehouse:851:4551"
  case otherService = "urn:gatehouse:851:iss"

  var role: String {
    switch self {
    case .school, .otherSchool: "school"
    case .service, .otherService: "inclusion-support-service"
    case .camhs: "camhs"
    }
  }

  func urn() throws -> PartyURN { try #require(PartyURN(rawValue)) }
}

/// Every line the gateway logs, as bytes on their way to stderr.
final class LogText: Sendable {
  private let bytes = Mutex<[UInt8]>([])

  func append(_ line: [UInt8]) { bytes.withLock { $0 += line } }

  var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
}

/// A running gateway and what its parties need to call it.
final class GatewayHarness: Sendable {
  let directory: String
  let settings: Settings
  let clock = MovableClock()
  let log = LogText()
  let authority: CertificateAuthority
  let server: GatewayServer
  private let stopSwitch = StopSwitch()
  private let clients = Mutex<[PartyClient]>([])
  private let running = Mutex<Task<Void, any Error>?>(nil)

  var surroundings: Surroundings { EdgeHarness.surroundings(clock) }
  var store: Store { server.store }

  private init(
    access: @escaping AccessPolicy, _ change: (inout Settings) -> Void
  ) async throws {
    directory = FileManager.default.temporaryDirectory.path + "/gatehouse-" + UUID().uuidString
    let surroundings = EdgeHarness.surroundings(clock)
    authority = try CertificateFiles.createAuthority(
      directory: directory, surroundings: surroundings)
    _ = try CertificateFiles.issue(
      .server(at: clock.now()), by: authority, certificateFile: directory + "/server.pem",
      keyFile: directory + "/server.key.pem", surroundings: surroundings)
    let gateway = try #require(PartyURN("urn:gatehouse:850:gatehouse"))
    _ = try CertificateFiles.issue(
      .party(gateway, at: clock.now()), by: authority, certificateFile: directory + "/push.pem",
      keyFile: directory + "/push.key.pem", surroundings: surroundings)
    _ = try LogKeyFile.create(
      at: directory + "/log.key.pem", vkeyFile: directory + "/log.vkey",
      origin: "gatehouse.example/test", surroundings: surroundings)
    let text = """
      {"listen": {"port": 0}, "admin": {"port": 0}, "data": "data",
       "schemas": "\(FewSchemas.path)", "log": {"origin": "gatehouse.example/test"},
       "delivery": {"certificate": "push.pem", "key": "push.key.pem",
         "allowedNetworks": ["127.0.0.0/8"]}}
      """
    var settings = try Settings(bytes: Array(text.utf8), name: "test", folder: directory)
    // A busy machine may be slow to send: no deadline is what these tests are about.
    settings.limits.headerSeconds = 60
    settings.limits.bodySeconds = 60
    change(&settings)
    self.settings = settings
    let log = log
    let logger = Logger(label: "test") { [clock] _ in
      JSONLogHandler(level: .trace, now: { clock.now() }, write: { log.append($0) })
    }
    server = try await GatewayServer.start(
      settings, surroundings: surroundings, logger: logger, access: access)
    for agency in Agency.allCases {
      let certificate = try issue(agency, as: "first")
      try await store.register(
        Party(
          urn: try agency.urn(), name: "Test \(agency)", role: PartyRole(rawValue: agency.role),
          certificates: [certificate]))
    }
  }

  /// Runs a test against a gateway, with all its services, and stops it whatever happens.
  static func with(
    access: @escaping AccessPolicy = Policy.decideAccess,
    _ change: (inout Settings) -> Void = { _ in }, _ body: (GatewayHarness) async throws -> Void
  ) async throws {
    await turns.take()
    do {
      let harness = try await GatewayHarness(access: access, change)
      harness.start()
      do {
        try await body(harness)
      } catch {
        try? await harness.end()
        throw error
      }
      try await harness.end()
    } catch {
      turns.give()
      throw error
    }
    turns.give()
  }

  /// Few at a time: each syncs to disk a lot, and other tests of this process watch the clock.
  private static let turns = Turns(2)

  private func start() {
    running.withLock { running in
      running = Task { [server, stopSwitch] in
        try await server.run(until: stopSwitch, endsWithIt: true)
      }
    }
  }

  /// Begins a graceful stop, as SIGTERM does.
  func beginStop() { stopSwitch.throwIt() }

  /// Waits until the gateway has stopped.
  func waitForStop() async throws {
    let task = running.withLock { $0 }
    try await task?.value
  }

  private func end() async throws {
    for client in clients.withLock({ $0 }) { try? await client.close() }
    beginStop()
    try await waitForStop()
    try? FileManager.default.removeItem(atPath: directory)
  }

  // MARK: Parties

  /// Issues a certificate to an agency and writes it below its folder; registers nothing.
  func issue(_ agency: Agency, as name: String) throws -> PartyCertificate {
    let base = "\(directory)/\(agency)/\(name)"
    let summary = try CertificateFiles.issue(
      .party(try agency.urn(), at: clock.now()), by: authority, certificateFile: base + ".pem",
      keyFile: base + ".key.pem", surroundings: surroundings)
    return PartyCertificate(
      spkiSHA256: summary.spkiSHA256, notBefore: summary.notBefore, notAfter: summary.notAfter)
  }

  /// The SHA-256 name of a certificate issued before.
  func spki(_ agency: Agency, _ name: String = "first") throws -> String {
    try #require(try CertificateFiles.inspect("\(directory)/\(agency)/\(name).pem").first)
      .spkiSHA256
  }

  func profile(_ agency: Agency, _ name: String = "first") -> ClientProfile {
    ClientProfile(
      url: "https://localhost:\(server.api.port)", certificateAuthority: directory + "/ca.pem",
      certificate: "\(directory)/\(agency)/\(name).pem",
      key: "\(directory)/\(agency)/\(name).key.pem", party: agency.rawValue)
  }

  /// A client of its own for an agency; closed when the test ends.
  func client(_ agency: Agency, _ name: String = "first") throws -> PartyClient {
    try client(of: profile(agency, name))
  }

  /// A client with a profile; closed when the test ends.
  func client(of profile: ClientProfile) throws -> PartyClient {
    let client = try PartyClient(profile)
    clients.withLock { $0.append(client) }
    return client
  }

  /// One raw TLS connection as an agency.
  func connect(_ agency: Agency, _ name: String = "first") async throws -> RawClient {
    let profile = profile(agency, name)
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.trustRoots = .file(profile.certificateAuthority)
    tls.certificateChain = try NIOSSLCertificate.fromPEMFile(profile.certificate)
      .map { .certificate($0) }
    tls.privateKey = .privateKey(try NIOSSLPrivateKey(file: profile.key, format: .pem))
    return try await RawClient.connect(port: server.api.port, tls: tls)
  }

  /// One request to the admin listener.
  func admin(_ path: String) async throws -> RawAnswer {
    let port = try #require(server.admin).port
    let client = try await RawClient.connect(port: port, tls: nil)
    let answer = try await client.ask(
      "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    await client.close()
    return answer
  }
}

/// Lets a number of tests go on at once; the others wait their turn.
private final class Turns: Sendable {
  private struct State {
    var free: Int
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state: Mutex<State>

  init(_ count: Int) { state = Mutex(State(free: count)) }

  func take() async {
    await withCheckedContinuation { continuation in
      let isMine = state.withLock { state in
        if state.free == 0 {
          state.waiting.append(continuation)
          return false
        }
        state.free -= 1
        return true
      }
      if isMine { continuation.resume() }
    }
  }

  func give() {
    let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
      if state.waiting.isEmpty {
        state.free += 1
        return nil
      }
      return state.waiting.removeFirst()
    }
    next?.resume()
  }
}

/// A service that ends when it is told to, and the gateway with it.
private final class StopSwitch: Service {
  private let events = AsyncStream.makeStream(of: Void.self)

  func throwIt() { events.continuation.finish() }

  func run() async throws {
    await cancelWhenGracefulShutdown { [events] in
      for await _ in events.stream {}
    }
  }
}
