// What one dead and one slow endpoint cost the others: messages admitted at a steady rate, pushed
// to receivers in this process, timed from the call that sends one to its arrival; first with ten
// good endpoints, then with one of them dead (it never speaks) and one that takes ten seconds.
// Never a test: times depend on the machine.

import ExchangeModel
import Foundation
import Logging
import NIOCore
import NIOPosix
import Policy
import Storage
import Synchronization
import Validation

/// The figures of one round, of the good endpoints alone.
package struct DeliveryFigures: Sendable {
  package let delivered: Int
  package let missing: Int
  /// Milliseconds, sorted.
  fileprivate let times: [Double]

  /// Milliseconds within which a part of the messages had come.
  package func milliseconds(at part: Double) -> Double {
    guard !times.isEmpty else { return .infinity }
    return times[min(times.count - 1, Int(Double(times.count) * part))]
  }
}

/// Measures deliveries.
package struct DeliveryBench: Sendable {
  package let directory: String
  package let schemas: String
  package let window: Duration
  /// Messages a second for each endpoint.
  package let rate: Int

  static let good = 8
  private static let slowness = Duration.seconds(10)

  package init(directory: String, schemas: String, window: Duration, rate: Int) {
    self.directory = directory
    self.schemas = schemas
    self.window = window
    self.rate = rate
  }

  /// One round in a folder of its own; `isBeside`: with two of the ten endpoints dead and slow.
  package func round(isBeside: Bool) async throws -> DeliveryFigures {
    let folder = try await BenchFolder(below: directory, schemas: schemas, surroundings: .system)
    defer { folder.remove() }
    let store = try Store(
      directory: folder.data, surroundings: .system, access: Policy.decideAccess,
      due: Policy.reckonDue)
    let logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
    let set = try SchemaSet(files: try SchemaFolder(schemas).files, limits: Limits())
    try await store.record(catalogue: set.catalogueVersion, files: set.catalogueFiles)
    let receivers = try await Receivers(folder, slowness: Self.slowness)
    var parties = try await register(Self.good, at: receivers.goodURL, receivers, "good", in: store)
    // The normal round has as many endpoints and messages, all of them well: what is compared is
    // the illness, not the load.
    let (slow, dead) =
      isBeside
      ? (receivers.slowURL, receivers.deadURL) : (receivers.goodURL, receivers.goodURL)
    parties += try await register(1, at: slow, receivers, "slow", in: store)
    parties += try await register(1, at: dead, receivers, "dead", in: store)
    var settings = PushSettings()
    settings.allowedNetworks = [NetworkRange("127.0.0.0/8")].compactMap { $0 }
    let worker = DeliveryWorker(
      store: store, delivery: DeliveredEnvelope(schemas: set, limits: Limits()),
      settings: settings, identity: nil, surroundings: .system, logger: logger)
    let running = Task { try await worker.run() }
    let admission = Admission(store: store, schemas: set, limits: Limits(), inForce: .init())
    let starts = try await send(to: parties, admission, spki: try folder.senderSPKI())
    let figures = await collect(starts, receivers)
    running.cancel()
    try await running.value
    await receivers.stop()
    try store.close()
    return figures
  }

  private func register(
    _ count: Int, at url: String, _ receivers: Receivers, _ name: String, in store: Store
  ) async throws -> [PartyURN] {
    var parties: [PartyURN] = []
    for number in 0..<count {
      guard let urn = PartyURN("urn:gatehouse:850:iss-\(name)-\(number)") else {
        throw BenchFault("not a party URN")
      }
      try await store.register(
        Party(
          urn: urn, name: "Bench \(name)", role: PartyRole(rawValue: BenchFolder.recipient.role)))
      try await store.set(
        Endpoint(party: urn, url: url, format: .json, pins: [receivers.pin], authorities: nil))
      parties.append(urn)
    }
    return parties
  }

  /// Admits messages at the rate; gives when each of a good recipient was handed in.
  private func send(
    to parties: [PartyURN], _ admission: Admission, spki: String
  ) async throws -> [String: ContinuousClock.Instant] {
    guard let source = PartyURN(BenchFolder.sender.urn) else { throw BenchFault("no sender") }
    let begin = ContinuousClock.now
    let rounds = Int(Double(rate) * (window / Duration.seconds(1))) + rate
    return try await withThrowingTaskGroup(of: Start?.self) { group in
      for round in 0..<rounds {
        let pause = Duration.seconds(1) * round / rate
        try await Task.sleep(until: begin + pause, clock: .continuous)
        for party in parties {
          group.addTask {
            let bytes = Self.message(from: source, to: party, round)
            let start = ContinuousClock.now
            let outcome = try await admission.admit(
              bytes, format: .json, from: .certificate(spki))
            guard case .admitted(let receipt) = outcome else {
              throw BenchFault("a message of the bench is not admitted: \(outcome)")
            }
            let isGood = party.slug.utf8.starts(with: "iss-good".utf8)
            // The first second opens the connections, and is not counted.
            return isGood && round >= rate ? Start(id: receipt.messageID.text, at: start) : nil
          }
        }
      }
      var starts: [String: ContinuousClock.Instant] = [:]
      for try await start in group { if let start { starts[start.id] = start.at } }
      return starts
    }
  }

  private struct Start: Sendable {
    let id: String
    let at: ContinuousClock.Instant
  }

  /// A message about no child: nothing of it has to wait for another.
  private static func message(from source: PartyURN, to party: PartyURN, _ round: Int) -> [UInt8] {
    let payload = """
      {"messageId":"0b8f2c7e-5d43-4a17-9c1e-3f2a6d90b415","state":"received",\
      "at":"2026-11-20T16:14:00Z",\
      "digest":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}
      """
    let envelope = Envelope(
      id: "bench-\(party.slug)-\(round)", source: source, type: "gatehouse.delivery-receipt.v1",
      recipient: party, purpose: Purpose(rawValue: "exchange-operations"),
      payload: Payload(format: .json, bytes: Array(payload.utf8)))
    return EnvelopeWriter.write(envelope, as: .json)
  }

  private func collect(
    _ starts: [String: ContinuousClock.Instant], _ receivers: Receivers
  ) async -> DeliveryFigures {
    let end = ContinuousClock.now + .seconds(30)
    while ContinuousClock.now < end {
      let arrived = receivers.arrivals
      if starts.keys.allSatisfy({ arrived[$0] != nil }) { break }
      try? await Task.sleep(for: .milliseconds(50))
    }
    let arrivals = receivers.arrivals
    let times = starts.compactMap { id, start in
      arrivals[id].map { ($0 - start) / Duration.milliseconds(1) }
    }.sorted()
    return DeliveryFigures(
      delivered: times.count, missing: starts.count - times.count, times: times)
  }
}

/// The receivers of a round: one listener for all good endpoints, a slow one, and one that accepts
/// connections and never says a word.
private final class Receivers: Sendable {
  let pin: String
  let goodURL: String
  let slowURL: String
  let deadURL: String
  private let servers: [EdgeServer]
  private let dead: any Channel
  private let seen: Arrivals

  var arrivals: [String: ContinuousClock.Instant] { seen.all.withLock { $0 } }

  private final class Arrivals: Sendable {
    let all = Mutex<[String: ContinuousClock.Instant]>([:])
  }

  init(_ folder: BenchFolder, slowness: Duration) async throws {
    var tls = try CertificateFiles.tlsSettings(
      certificateFile: folder.path + "/server.pem", keyFile: folder.path + "/server.key.pem",
      authoritiesFile: folder.authority)
    tls.requiresClientCertificate = false
    guard
      let summary = try CertificateFiles.inspect(folder.path + "/server.pem").first
    else { throw BenchFault("no server certificate") }
    pin = summary.spkiSHA256
    var settings = EdgeSettings(
      surroundings: .system, logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() })
    settings.tls = tls
    let seen = Arrivals()
    self.seen = seen
    let good = try await EdgeServer.start(
      settings,
      routes: [
        Route(.post, "/push", body: .buffered(limit: 1 << 20), access: .anyone) { request in
          let id = request.header("webhook-id") ?? ""
          let now = ContinuousClock.now
          seen.all.withLock { if $0[id] == nil { $0[id] = now } }
          return .empty(204)
        }
      ])
    let slow = try await EdgeServer.start(
      settings,
      routes: [
        Route(.post, "/push", body: .buffered(limit: 1 << 20), access: .anyone) { _ in
          try await Task.sleep(for: slowness)
          return .empty(204)
        }
      ])
    servers = [good, slow]
    dead = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { $0.eventLoop.makeSucceededVoidFuture() }
      .bind(host: "127.0.0.1", port: 0).get()
    goodURL = "https://127.0.0.1:\(good.port)/push"
    slowURL = "https://127.0.0.1:\(slow.port)/push"
    deadURL = "https://127.0.0.1:\(dead.localAddress?.port ?? 1)/push"
  }

  func stop() async {
    try? await dead.close()
    for server in servers { await server.stop() }
  }
}
