// Puts refused callers and calls on record: certificates of our authority that are unknown,
// revoked, out of date, or of a suspended party; and what known parties asked for and did not get.
// Never more than one leaf a minute for the same caller and reason, so that a refused peer cannot
// fill the log.

import ExchangeModel
import Logging
import Storage
import Synchronization

final class RefusedCallRecorder: Sendable {
  private struct Key: Hashable {
    /// The key of the certificate, or the party and the call.
    let caller: String
    let code: RefusalCode
  }

  /// Refusals that leave their leaf where they are made.
  private static let recorded: Set<RefusalCode> = [
    .certificateUnknown, .certificateRevoked, .certificateExpired, .certificateNotYetValid,
    .partySuspended,
  ]

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
    guard isDue(Key(caller: peer.spkiSHA256, code: refusal.code), at: now) else { return }
    Task {
      do {
        _ = try await store.recordRefusal(refusal, spkiSHA256: peer.spkiSHA256, type: nil)
      } catch {
        logger.error("caller.refused.unrecorded", metadata: ["error": "\(type(of: error))"])
      }
    }
  }

  /// Called on an event loop with each answer: what was refused to a known party is a leaf, unless
  /// admission or the store has made one already.
  func observe(_ answered: ExchangeRecord) {
    guard let code = answered.refusal, let party = answered.party,
      !Self.recorded.contains(code), !code.description.isRetryable
    else { return }
    let call = "\(answered.verb.rawValue) \(answered.template)"
    // A message that was read to its end leaves the leaf of its own refusal.
    let isOfMessage = Self.messageCalls.contains(call) && !Self.beforeReading.contains(code)
    guard !isOfMessage,
      isDue(Key(caller: "\(party.text) \(call)", code: code), at: store.now())
    else { return }
    Task {
      do {
        try await store.recordRefusedCall(code, of: party, call: call)
      } catch {
        logger.error("call.refused.unrecorded", metadata: ["error": "\(type(of: error))"])
      }
    }
  }

  /// The calls that hand in a message: their refusals are recorded with its source and id.
  private static let messageCalls: Set<String> = ["POST /v1/messages", "POST /v1/transfers"]

  /// Refusals that the edge makes before a message is read.
  private static let beforeReading: Set<RefusalCode> = [
    .contentTooLarge, .headersTooLarge, .requestTimeout, .unsupportedMediaType, .notAcceptable,
    .hostNotAllowed, .lengthRequired, .expectationFailed, .methodNotAllowed, .notFound,
  ]

  private func isDue(_ key: Key, at now: Timestamp) -> Bool {
    last.withLock { last in
      if let earlier = last[key], earlier.adding(seconds: Self.interval) > now { return false }
      if last.count >= Self.mostKeys { last.removeAll() }
      last[key] = now
      return true
    }
  }
}
