// One attempt to push one message: begun and logged in the store, composed as an inbox read
// composes it, signed, posted, and its outcome recorded.
// Never hands out content that `Store.beginPush` did not: that is the gate.

import ExchangeModel
import Foundation
import Logging
import NIOCore
import Storage

/// Makes attempts at one endpoint, as it was registered when this was made.
final class Pusher: Sendable {
  private static let breath = Duration.milliseconds(100)

  let endpoint: Endpoint
  private let client: EndpointClient
  private let signature: WebhookSignature
  private let store: Store
  private let delivery: DeliveredEnvelope
  private let surroundings: Surroundings
  private let patience: TimeAmount
  private let counters: DeliveryCounters
  private let logger: Logger

  init(
    _ endpoint: Endpoint, client: EndpointClient, signature: WebhookSignature, store: Store,
    delivery: DeliveredEnvelope, surroundings: Surroundings, patience: TimeAmount,
    counters: DeliveryCounters, logger: Logger
  ) {
    self.endpoint = endpoint
    self.client = client
    self.signature = signature
    self.store = store
    self.delivery = delivery
    self.surroundings = surroundings
    self.patience = patience
    self.counters = counters
    self.logger = logger
  }

  func close() { client.close() }

  /// Makes one attempt. Throws what the store throws.
  func push(_ id: MessageID) async throws -> AttemptResult {
    let schedule = surroundings
    let began = try await store.beginPush(
      id, to: endpoint.party, setAt: endpoint.changedAt
    ) { attempt in
      // Never while this one may run; should we die, a new start makes it due at once.
      schedule.now().adding(
        seconds: max(60, RetrySchedule.pause(after: attempt, random: schedule.random())))
    }
    guard let attempt = began else {
      // Taken, held or retired meanwhile. Should the next look not know yet, it must not spin.
      try? await Task.sleep(for: Self.breath)
      return .nothing
    }
    counters.add(.attempts)
    // If we crash here the attempt is in the log and nothing was sent: it is made again when its
    // time has come.
    Failpoint.hit(.pushBeforeSent)
    let answer = await post(attempt.stored)
    // If we crash here the recipient may have the message and we do not know its answer: it is
    // pushed again, with the same id.
    Failpoint.hit(.pushBeforeRow)
    let (outcome, result) = read(answer, of: attempt)
    try await store.endPush(
      id, to: endpoint.party, setAt: endpoint.changedAt, attempt: attempt.number, outcome)
    // If we crash here the outcome is on disk; whoever waited for it was nobody.
    Failpoint.hit(.pushAfterRow)
    note(outcome, attempt.number)
    return result
  }

  private func post(_ stored: StoredMessage) async -> Result<PushAnswer, PushFault> {
    let body: [UInt8]
    let signed: (timestamp: String, signature: String)
    let id = stored.summary.messageID.text
    do {
      body = try delivery.bytes(of: stored, as: endpoint.format)
      signed = try signature.fields(id: id, at: surroundings.now(), body: body)
    } catch {
      return .failure(.notComposed)
    }
    let fields = [
      ("Content-Type", endpoint.format.envelopeMediaType + "; charset=utf-8"),
      ("webhook-id", id), ("webhook-timestamp", signed.timestamp),
      ("webhook-signature", signed.signature),
    ]
    do {
      return .success(try await client.post(fields, body: body, within: patience))
    } catch {
      return .failure(error)
    }
  }

  private func read(
    _ answer: Result<PushAnswer, PushFault>, of attempt: PushAttempt
  ) -> (PushOutcome, AttemptResult) {
    let now = surroundings.now()
    let pause = RetrySchedule.pause(after: attempt.number, random: surroundings.random())
    let again = now.adding(seconds: pause)
    switch answer {
    case .failure(let fault):
      return (
        .failed(fault.rawValue, again: again, mayHaveIt: fault.mayHaveLeft),
        fault == .notComposed ? .nothing : .failed
      )
    case .success(let answer):
      switch PushVerdict.of(answer, at: now, limits: delivery.limits) {
      case .answered(let acknowledgement): return (.answered(acknowledgement), .answered)
      case .gone: return (.endpointGone, .failed)
      case .failed(let word, let isEndpoints):
        return (
          .failed(word, again: again, mayHaveIt: true), isEndpoints ? .failed : .answered
        )
      case .pause(let word, let seconds):
        return (
          .failed(word, again: now.adding(seconds: max(seconds, pause)), mayHaveIt: true),
          .asksForPause(seconds: seconds)
        )
      }
    }
  }

  private func note(_ outcome: PushOutcome, _ attempt: Int) {
    switch outcome {
    case .answered(let answer):
      counters.add(answer.outcome == .taken ? .taken : .refused)
    case .failed(let word, _, _):
      counters.add(.failed)
      logger.info(
        "push.failed",
        metadata: [
          "party": "\(endpoint.party)", "outcome": "\(word)", "count": "\(attempt)",
        ])
    case .endpointGone:
      counters.add(.endpointsRetired)
      logger.warning("endpoint.retired", metadata: ["party": "\(endpoint.party)"])
    }
  }
}
