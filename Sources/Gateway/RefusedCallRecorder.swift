// Puts refused callers on record: certificates of our authority that are unknown, revoked, out of
// date, or of a suspended party. Never more than one leaf a minute for the same key and reason, so
// that a refused peer cannot fill the log.

import ExchangeModel
import Logging
import Storage
import Synchronization

final class RefusedCallRecorder: Sendable {
  private struct Key: Hashable {
    let spkiSHA256: String
    let code: RefusalCode
  }

  private static let interval: Int64 = 60
  private static let mostKeys = 4096

  private let store: Store
  private let logger: Logger
  private let last = Mutex<[Key: Timestamp]>([:])

  init(store: Store, logger: Logger) {
    self.store = store
    self.logger = logger
  }

  /// Called on an event loop: the writing happens in a task.
  func record(_ refusal: Refusal, peer: PeerIdentity, at now: Timestamp) {
    logger.info(
      "caller.refused",
      metadata: ["code": "\(refusal.code.rawValue)", "spki": "\(peer.spkiSHA256)"])
    let key = Key(spkiSHA256: peer.spkiSHA256, code: refusal.code)
    let isDue = last.withLock { last in
      if let earlier = last[key], earlier.adding(seconds: Self.interval) > now { return false }
      if last.count >= Self.mostKeys { last.removeAll() }
      last[key] = now
      return true
    }
    guard isDue else { return }
    Task {
      do {
        _ = try await store.recordRefusal(refusal, spkiSHA256: peer.spkiSHA256, type: nil)
      } catch {
        logger.error("caller.refused.unrecorded", metadata: ["error": "\(type(of: error))"])
      }
    }
  }
}
