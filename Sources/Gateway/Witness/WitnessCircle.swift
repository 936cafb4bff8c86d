// Our witnesses: each new checkpoint is handed to all of them, and what one says against our log
// stops its signing. A witness that is away is tried again later, and stops nothing.
// Never takes a witness's word for a cosignature: it is verified with the key of the settings.

import AsyncHTTPClient
package import ExchangeModel
package import Logging
package import MessageLog
import ServiceLifecycle
package import Storage
import Synchronization

/// The witnesses of the settings.
package final class WitnessCircle: Sendable {
  /// Between two looks for a new checkpoint, and after failures: doubled up to the longest.
  private static let interval = Duration.seconds(1)
  private static let longestPause = Duration.seconds(300)

  /// Where one witness stands.
  package struct Standing: Sendable {
    package let name: String
    /// The largest tree that we have its cosignature on.
    package var size: Int64 = 0
    /// The tree it holds, as far as we know: it may have cosigned one and died before it said so.
    var held: Int64 = 0
    /// Failures since the last success.
    package var failures = 0
    /// Why it did not cosign; nil when it did.
    package var failure: String?
  }

  private let store: Store
  private let publisher: LogPublisher
  private let witnesses: [(setting: WitnessSetting, call: HTTPClient.Configuration)]
  private let keys: [NoteKey]
  private let surroundings: Surroundings
  private let logger: Logger
  private let standings: Mutex<[String: Standing]>

  package init(
    _ witnesses: [WitnessSetting], store: Store, publisher: LogPublisher, keys: [NoteKey],
    surroundings: Surroundings, logger: Logger
  ) throws {
    self.store = store
    self.publisher = publisher
    self.witnesses = try witnesses.map { ($0, try WitnessClient.configuration($0)) }
    self.keys = keys
    self.surroundings = surroundings
    self.logger = logger
    standings = Mutex(
      Dictionary(
        witnesses.map { ($0.name, Standing(name: $0.name)) }, uniquingKeysWith: { $1 }))
  }

  /// Where each witness stands, by name.
  package var all: [Standing] {
    standings.withLock { $0.values.sorted { $0.name < $1.name } }
  }

  /// Runs `body` with a client for each witness, and closes them whatever happens.
  private func withClients(_ body: ([WitnessClient]) async throws -> Void) async throws {
    let clients = witnesses.map { WitnessClient($0.setting, $0.call) }
    var failure: (any Error)?
    do { try await body(clients) } catch { failure = error }
    for client in clients { await client.close() }
    if let failure { throw failure }
  }

  private var origin: KeyName { publisher.key.name }

  /// Before anything is signed: what the witnesses know of our log must be in our tables.
  ///
  /// A witness that cannot be reached is passed over. Throws `StoreFailure.logBehind` or
  /// `.logForked`, having recorded it, so that it holds until the witness agrees or is taken out of
  /// the settings.
  package func checkAtStart() async throws {
    let names = Set(witnesses.map(\.setting.name))
    for halt in try await store.halts(of: origin.description) where !names.contains(halt.witness) {
      try await store.lift(halt)
      logger.warning("log.halt.lifted", metadata: ["witness": "\(halt.witness)"])
    }
    let known = KeyRotation.trusted(from: keys, by: try await store.keyRotations())
    try await withClients { clients in
      for client in clients {
        let note = try? await client.checkpoint(of: origin)
        if let note, let opened = try? Checkpoint.open(note, logs: known) {
          try await require(opened.checkpoint, of: client.setting.name)
        } else if let tree = try await store.lastPublished(), tree.size > 0 {
          _ = try? await submit(tree, to: client)
        }
      }
    }
  }

  /// Records a halt, or lifts one, as our tables stand to a tree that a witness holds.
  private func require(_ checkpoint: Checkpoint, of witness: String) async throws {
    do {
      try await store.requireLog(extending: checkpoint)
    } catch let failure as StoreFailure {
      try await halt(failure, witness)
      throw failure
    }
    for halt in try await store.halts(of: origin.description) where halt.witness == witness {
      try await store.lift(halt)
      logger.warning("log.halt.lifted", metadata: ["witness": "\(witness)"])
    }
    standings.withLock { $0[witness]?.held = checkpoint.size }
  }

  private func halt(_ failure: StoreFailure, _ witness: String) async throws {
    let halt: LogHalt
    switch failure {
    case .logBehind(let signed, _):
      halt = LogHalt(
        origin: origin.description, witness: witness, reason: .behind, size: signed)
    case .logForked(let signed):
      halt = LogHalt(
        origin: origin.description, witness: witness, reason: .forked, size: signed)
    default: return
    }
    try await store.halt(halt)
    logger.critical(
      "log.halted", metadata: ["witness": "\(witness)", "reason": "\(halt.reason.rawValue)"])
  }

  /// Hands a tree to a witness and keeps its cosignature; answers whether it cosigned.
  private func submit(_ tree: PublishedTree, to client: WitnessClient) async throws -> Bool {
    let name = client.setting.name
    var old = standings.withLock { $0[name]?.held ?? 0 }
    if old > tree.size { return true }
    // The second try is for the size that the first was told.
    for _ in 0..<2 {
      let request = WitnessRequest(
        oldSize: old, hashes: try await store.consistencyProof(from: old, to: tree),
        checkpoint: tree.note.bytes)
      switch try await client.add(request) {
      case .cosigned(let bytes):
        let key = client.setting.key
        let lines = try WitnessRequest.cosignatures(bytes, on: tree.note.text, by: key)
        publisher.take(try await store.keep(lines, by: key, on: tree))
        standings.withLock {
          $0[name] = Standing(name: name, size: tree.size, held: tree.size)
        }
        return true
      case .conflict(let size):
        let held = try await store.logSize()
        guard size <= held else {
          try await halt(.logBehind(signed: size, held: held), name)
          return false
        }
        standings.withLock { $0[name]?.held = size }
        // It holds a later tree of ours than this one: the next look has that one too.
        guard size <= tree.size else { return true }
        old = size
      case .refused(422) where old > 0:
        return try await judge(client, size: old)
      case .refused(let status):
        standings.withLock { $0[name]?.failure = "it answered \(status)" }
        return false
      }
    }
    return false
  }

  /// The witness says that our tree does not extend the one of `size` leaves that it cosigned. It
  /// is believed, unless its own record shows that it does.
  private func judge(_ client: WitnessClient, size: Int64) async throws -> Bool {
    let name = client.setting.name
    let known = KeyRotation.trusted(from: keys, by: try await store.keyRotations())
    if let note = try? await client.checkpoint(of: origin),
      let opened = try? Checkpoint.open(note, logs: known)
    {
      do {
        try await store.requireLog(extending: opened.checkpoint)
        standings.withLock { $0[name]?.failure = "it refuses a proof that holds" }
        return false
      } catch let failure as StoreFailure {
        try await halt(failure, name)
        return false
      }
    }
    try await halt(.logForked(signed: size), name)
    return false
  }

  private func attend(_ client: WitnessClient) async throws {
    var pause = Self.interval
    let name = client.setting.name
    while !Task.isCancelled {
      do {
        let tree = try await publisher.latest()
        let isNew = standings.withLock { $0[name]?.size ?? 0 } < tree.size
        let isDone = isNew ? try await submit(tree, to: client) : true
        if !isDone { throw WitnessUnreachable() }
        pause = Self.interval
      } catch is CancellationError {
        return
      } catch {
        let count = standings.withLock { standings in
          standings[name]?.failures += 1
          if standings[name]?.failure == nil { standings[name]?.failure = "it does not answer" }
          return standings[name]?.failures ?? 0
        }
        if count == 1 {
          logger.warning("log.witness.away", metadata: ["witness": "\(name)"])
        }
        pause = min(pause * 2, Self.longestPause)
      }
      // Up to a quarter less, so that many logs do not ask a witness at the same moment.
      let jitter = Double(surroundings.random() % 256) / 1024
      try await Task.sleep(for: pause * (1 - jitter))
    }
  }
}

extension WitnessCircle: Service {
  /// Attends to every witness until the gateway stops.
  package func run() async throws {
    try await withClients { clients in
      try? await cancelWhenGracefulShutdown {
        try await withThrowingTaskGroup(of: Void.self) { group in
          for client in clients { group.addTask { try await self.attend(client) } }
          // Without witnesses there is nothing to do until the stop.
          if clients.isEmpty { group.addTask { try await Task.sleep(for: .seconds(1 << 40)) } }
          try await group.waitForAll()
        }
      }
    }
  }
}
