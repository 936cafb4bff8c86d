// Signs the log's tree on a short interval and makes receipts from the last signed tree.
// Never signs leaves that are not on disk, nor a tree smaller than one signed before.

package import ExchangeModel
import Logging
package import MessageLog
import ServiceLifecycle
package import Storage
import Synchronization

/// The log's signing side: a service, and the maker of `tlog-proof` receipts.
package final class LogPublisher: Sendable {
  /// Milliseconds between two checkpoints while the log grows.
  package static let interval = Duration.milliseconds(500)
  /// How long a checkpoint waits for its witnesses before it is served without them.
  package static let witnessPatience = Duration.seconds(10)

  private struct State: Sendable {
    /// The last signed tree.
    var latest: PublishedTree?
    /// The last tree that enough witnesses have cosigned.
    var witnessed: PublishedTree?
    /// What strangers are shown: never an older one than before.
    var served: PublishedTree?
    var servedAt: ContinuousClock.Instant?
    var anchored: Int64 = -1
    var lastFailure: String?
  }

  private let store: Store
  private let keys: Mutex<LogSigners>
  private let watch: LogKeyWatch?
  private let anchor: LogAnchor?
  private let rule: QuorumRule
  private let logger: Logger
  private let state = Mutex(State())

  init(
    store: Store, signers: LogSigners, watch: LogKeyWatch? = nil, anchor: LogAnchor? = nil,
    rule: QuorumRule = .none, logger: Logger
  ) {
    self.store = store
    keys = Mutex(signers)
    self.watch = watch
    self.anchor = anchor
    self.rule = rule
    self.logger = logger
  }

  private var signers: LogSigners { keys.withLock { $0 } }

  /// The key that verifies what this publisher signs.
  package var key: NoteKey { signers.current.key }

  /// Why the last signing failed, in words; nil while all is well.
  package var failure: String? { state.withLock { $0.lastFailure } }

  /// The latest signed tree; signs one when none was signed since the start.
  package func latest() async throws -> PublishedTree {
    if let tree = state.withLock({ $0.latest }) { return tree }
    return try await publish()
  }

  /// The tree whose checkpoint strangers are shown: one with enough cosignatures, unless the
  /// witnesses are away for longer than `witnessPatience`.
  package func served() async throws -> PublishedTree {
    if let tree = state.withLock({ $0.served }) { return tree }
    return try await publish()
  }

  /// Signs the tree as it stands on disk.
  @discardableResult
  package func publish() async throws -> PublishedTree {
    let signers = signers
    let origin = signers.current.key.name
    let tree = try await store.publishCheckpoint(origin: origin) { size, root in
      try Checkpoint(origin: origin, size: size, root: root).signed(by: signers.all)
    }
    // If we crash here the anchor is a checkpoint behind: it is extended by what was signed.
    Failpoint.hit(.checkpointBeforeAnchor)
    take(tree)
    return tree
  }

  /// Takes a tree with new cosignatures, or a newer one.
  package func take(_ tree: PublishedTree) {
    let isMet = rule.isMet(by: tree.note)
    let now = ContinuousClock.now
    state.withLock { state in
      if tree.size >= state.latest?.size ?? 0 { state.latest = tree }
      if isMet, tree.size >= state.witnessed?.size ?? 0 { state.witnessed = tree }
      let isOverdue = state.servedAt.map { now - $0 > Self.witnessPatience } ?? true
      let isSame = tree.size == state.served?.size
      guard tree.size >= state.served?.size ?? 0, isMet || isOverdue || isSame else { return }
      state.served = tree
      if isMet || !isSame { state.servedAt = now }
    }
  }

  /// How many witnesses have cosigned the tree that is served, and how many are needed.
  package var quorum: (cosigned: Int, needed: Int, size: Int64) {
    let tree = state.withLock { $0.served }
    return (tree.map { rule.count(in: $0.note) } ?? 0, rule.needed, tree?.size ?? 0)
  }

  /// The receipt of a message as C2SP `tlog-proof` text, for its sender or recipient: by a
  /// cosigned checkpoint where one covers it.
  package func proof(of id: MessageID, for spkiSHA256: String) async throws -> [UInt8] {
    let latest = try await latest()
    let witnessed = state.withLock { $0.witnessed }
    for tree in [witnessed, latest].compactMap({ $0 }) {
      if let proof = try await store.admissionProof(of: id, in: tree, for: spkiSHA256) {
        return proof.text
      }
    }
    // Admitted since the last checkpoint: sign one that covers it.
    let fresh = try await publish()
    guard let proof = try await store.admissionProof(of: id, in: fresh, for: spkiSHA256) else {
      throw Refusal(.temporarilyUnavailable)
    }
    return proof.text
  }

  /// Throws when the anchor file shows the store to be an old or another log.
  package func checkAnchor() async throws {
    guard let anchor else { return }
    let keys = KeyRotation.trusted(from: signers.keys, by: try await store.keyRotations())
    if try await !anchor.check(store, keys: keys) { logger.warning("log.anchor.missing") }
  }

  private func writeAnchor(_ tree: PublishedTree) {
    guard let anchor, state.withLock({ $0.anchored < tree.size }) else { return }
    do {
      try anchor.write(tree.note)
      state.withLock { $0.anchored = tree.size }
    } catch {
      logger.error("log.anchor.failed", metadata: ["error": "\(type(of: error))"])
    }
  }

  /// Takes the keys of a changed file; when they are none of ours, those at hand sign on.
  private func takeNewKeys() async {
    guard let watch else { return }
    do {
      guard let found = try await watch.changed(from: signers, store) else { return }
      keys.withLock { $0 = found }
      logger.notice("log.key.changed", metadata: ["vkey": "\(found.current.key.vkey)"])
    } catch {
      logger.error("log.key.refused", metadata: ["error": "\(error)"])
    }
  }

  /// Signs once and says so when it fails, but not the same thing twice.
  private func publishOrTell() async {
    do {
      writeAnchor(try await publish())
      state.withLock { $0.lastFailure = nil }
    } catch {
      let text = "\(error)"
      let isNew = state.withLock { state in
        defer { state.lastFailure = text }
        return state.lastFailure != text
      }
      if isNew {
        logger.error("log.publish.failed", metadata: ["error": "\(type(of: error))"])
      }
    }
  }
}

extension LogPublisher: Service {
  /// Publishes until the gateway stops, and once more then.
  package func run() async throws {
    writeAnchor(try await publish())
    try? await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        try await Task.sleep(for: Self.interval)
        await self.takeNewKeys()
        await self.publishOrTell()
      }
    }
    writeAnchor(try await publish())
  }
}
