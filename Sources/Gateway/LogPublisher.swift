// Signs the log's tree on a short interval and makes receipts from the last signed tree.
// Never signs leaves that are not on disk, nor a tree smaller than one signed before.

package import ExchangeModel
package import Logging
package import MessageLog
import ServiceLifecycle
package import Storage
import Synchronization

/// The log's signing side: a service, and the maker of `tlog-proof` receipts.
package final class LogPublisher: Sendable {
  /// Milliseconds between two checkpoints while the log grows.
  package static let interval = Duration.milliseconds(500)

  private let store: Store
  private let signer: NoteSigner
  private let logger: Logger
  private let published = Mutex<PublishedTree?>(nil)

  package init(store: Store, signer: NoteSigner, logger: Logger) {
    self.store = store
    self.signer = signer
    self.logger = logger
  }

  /// The key that verifies what this publisher signs, as a vkey.
  package var key: NoteKey { signer.key }

  /// The latest signed tree; signs one when none was signed since the start.
  package func latest() async throws -> PublishedTree {
    if let tree = published.withLock({ $0 }) { return tree }
    return try await publish()
  }

  /// Signs the tree as it stands on disk.
  @discardableResult
  package func publish() async throws -> PublishedTree {
    let signer = signer
    let tree = try await store.publishCheckpoint { size, root in
      try Checkpoint(origin: signer.key.name, size: size, root: root).signed(by: signer)
    }
    published.withLock { current in
      if tree.size >= current?.size ?? 0 { current = tree }
    }
    return tree
  }

  /// The receipt of a message as C2SP `tlog-proof` text, for its sender or recipient.
  package func proof(of id: MessageID, for spkiSHA256: String) async throws -> [UInt8] {
    let tree = try await latest()
    if let proof = try await store.admissionProof(of: id, in: tree, for: spkiSHA256) {
      return proof.text
    }
    // Admitted since the last checkpoint: sign one that covers it.
    let fresh = try await publish()
    guard let proof = try await store.admissionProof(of: id, in: fresh, for: spkiSHA256) else {
      throw Refusal(.temporarilyUnavailable)
    }
    return proof.text
  }
}

extension LogPublisher: Service {
  /// Publishes until the gateway stops, and once more then.
  package func run() async throws {
    try await publish()
    try? await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        try await Task.sleep(for: Self.interval)
        do {
          try await self.publish()
        } catch {
          self.logger.error("log.publish.failed", metadata: ["error": "\(type(of: error))"])
        }
      }
    }
    try await publish()
  }
}
