// Sends the notices that are owed, one after another, through the same admission as every message.
// Never drops one in silence: a refused notice is tried again, and given up with a line in the log.

import ExchangeModel
import Logging
import ServiceLifecycle
import Storage

/// The gateway's own correspondence.
struct NoticeSender: Service {
  let store: Store
  let admission: Admission
  let surroundings: Surroundings
  let logger: Logger

  /// Notices taken in one round.
  private static let round = 64
  /// Seconds between two tries of a refused notice, times the number of tries.
  private static let backOff: Int64 = 30
  /// Tries after which a notice is given up.
  private static let mostAttempts = 12
  /// Seconds of the longest sleep: another process may owe a notice unheard.
  private static let longestSleep = Duration.seconds(5)

  func run() async throws {
    try? await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          let isIdle = try await sendDue() == 0
          if isIdle { await sleep() }
        } catch {
          logger.error("notice.round.failed", metadata: ["error": "\(type(of: error))"])
          try await Task.sleep(for: Self.longestSleep)
        }
      }
    }
  }

  /// Sends what is due.
  /// - Returns: how many notices were taken in hand.
  @discardableResult
  func sendDue() async throws -> Int {
    let due = try await store.noticesDue(limit: Self.round)
    guard !due.isEmpty else { return 0 }
    let gateway = try await store.currentDirectory().all.first {
      $0.role == Self.role && $0.state == .live
    }
    guard let gateway else {
      // They stay owed: once an operator registers a party of the role `gateway`, they are sent.
      logger.error("notice.no-gateway-party", metadata: ["count": "\(due.count)"])
      try await Task.sleep(for: Self.longestSleep)
      return 0
    }
    for notice in due { try await send(notice, as: gateway.urn) }
    return due.count
  }

  /// The role of the party that the gateway speaks as.
  private static let role = PartyRole(rawValue: "gateway")

  private func send(_ notice: Notice, as gateway: PartyURN) async throws {
    let composer = NoticeComposer(gateway: gateway)
    let outcome = try await admission.admit(
      composer.envelope(of: notice), format: .json, from: .notice(notice.id))
    // If we crash here the notice is admitted and still owed: sending it again is a duplicate.
    Failpoint.hit(.noticeBeforeSent)
    switch outcome {
    case .admitted(let receipt), .duplicate(let receipt):
      try await store.noticeSent(notice.id, as: receipt.messageID)
    case .refused(let refusal, _):
      let isLast = notice.attempts + 1 >= Self.mostAttempts
      let again = surroundings.now().adding(
        seconds: Self.backOff * Int64(notice.attempts + 1))
      try await store.noticeFailed(notice.id, code: refusal.code, again: isLast ? nil : again)
      logger.error(
        isLast ? "notice.given-up" : "notice.refused",
        metadata: ["code": "\(refusal.code.rawValue)", "count": "\(notice.attempts + 1)"])
    }
  }

  /// Until a notice is owed, the next one falls due, or a while has passed.
  private func sleep() async {
    var longest = Self.longestSleep
    if let next = try? await store.nextNotice() {
      let left = next.milliseconds - surroundings.now().milliseconds
      longest = min(longest, .milliseconds(max(50, left)))
    }
    let limit = longest
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await store.untilNoticeOwed() }
      group.addTask { try? await Task.sleep(for: limit) }
      await group.next()
      group.cancelAll()
    }
  }
}
