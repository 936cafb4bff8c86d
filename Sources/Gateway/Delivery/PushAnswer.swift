// What an endpoint's answer to a push means. Pure.
// Never takes anything but a 2xx for the word of the recipient's system.

import ExchangeModel
import Foundation
import Storage
import Validation

/// An answer, as far as it is read.
struct PushAnswer: Sendable, Equatable {
  let status: Int
  /// The value of Retry-After; nil when there is none.
  var retryAfter: String?
  var isJSON = false
  /// The body, when it is short enough.
  var body: [UInt8] = []
}

/// Why nothing of a push came to an endpoint, or no answer back. The raw value is what the log
/// says.
enum PushFault: String, Error, Sendable, CaseIterable {
  /// The name could not be resolved.
  case noAddress = "no-address"
  /// It resolved to none that may be called.
  case addressRefused = "address-refused"
  case connectionRefused = "not-connected"
  case tls = "tls-failed"
  /// The certificate's key is not one of the pins.
  case otherKey = "key-not-pinned"
  /// The endpoint's row cannot be used.
  case unusable = "endpoint-unusable"
  case brokenOff = "broken-off"
  case timeout = "timeout"
  case notHTTP = "not-http"
  /// The message cannot be composed in the recipient's format.
  case notComposed = "not-composed"

  /// False when nothing of the message can have left the gateway.
  var mayHaveLeft: Bool {
    switch self {
    case .noAddress, .addressRefused, .connectionRefused, .tls, .otherKey, .unusable,
      .notComposed:
      false
    case .brokenOff, .timeout, .notHTTP: true
    }
  }
}

/// What follows from an answer.
enum PushVerdict: Sendable, Equatable {
  case answered(Acknowledgement)
  /// 410.
  case gone
  /// Tried again by the schedule; the word is for the log. `isEndpoints`: the endpoint's own
  /// failure, not this message's.
  case failed(String, isEndpoints: Bool)
  /// 429 or 503 with a Retry-After, bounded, in seconds.
  case pause(String, seconds: Int64)

  /// Reads an answer that came at `now`.
  static func of(_ answer: PushAnswer, at now: Timestamp, limits: Limits) -> PushVerdict {
    let word = "status-\(answer.status)"
    switch answer.status {
    case 200...299: return .answered(acknowledgement(answer, limits))
    case 410: return .gone
    case 429, 503:
      guard let seconds = seconds(answer.retryAfter, now) else {
        return .failed(word, isEndpoints: true)
      }
      return .pause(word, seconds: seconds)
    case 401, 403, 404, 405, 407, 421, 426, 500...599:
      return .failed(word, isEndpoints: true)
    default: return .failed(word, isEndpoints: false)
    }
  }

  /// A 2xx says taken, unless its body is an acknowledgement that says otherwise. A body that is
  /// none says nothing.
  private static func acknowledgement(_ answer: PushAnswer, _ limits: Limits) -> Acknowledgement {
    guard answer.isJSON, !answer.body.isEmpty,
      let root = try? JSONDocument.parse(answer.body, limits: limits).root
    else { return Acknowledgement(outcome: .taken, reason: nil, detail: nil) }
    if let read = try? AcknowledgementReader.read(answer.body, limits: limits) { return read }
    // A refusal that does not say why in our words is a refusal all the same.
    let isRefused = root["outcome"]?.string == Acknowledgement.Outcome.refused.rawValue
    return Acknowledgement(
      outcome: isRefused ? .refused : .taken, reason: isRefused ? "other" : nil, detail: nil)
  }

  /// Retry-After in seconds or as a date (RFC 9110, 10.2.3), bounded; nil when it is neither.
  private static func seconds(_ value: String?, _ now: Timestamp) -> Int64? {
    guard let value else { return nil }
    var seconds: Int64
    if let number = Int64(value), number >= 0 {
      seconds = number
    } else if let date = HTTPDate.parse(value) {
      seconds = (date.milliseconds - now.milliseconds) / 1000
    } else {
      return nil
    }
    seconds = min(max(seconds, 1), RetrySchedule.longest)
    return seconds
  }
}
