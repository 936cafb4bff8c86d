// The JSON of the decisions given last: many messages share one, and its text is most of an answer.
// Never grows: a handful is kept, compared whole.

import ExchangeModel
import Synchronization
import Validation

/// Remembers decisions with their JSON.
final class DecisionTexts: Sendable {
  private static let most = 4

  /// The decisions last asked for, newest last.
  private let known = Mutex<[(decision: Decision, json: [UInt8])]>([])

  /// A decision as JSON.
  func json(of decision: Decision) -> [UInt8] {
    if let found = known.withLock({ $0.last { $0.decision == decision } }) { return found.json }
    var writer = JSONWriter()
    writer.write(decision)
    let json = writer.bytes
    known.withLock { known in
      if known.count >= Self.most { known.removeFirst() }
      known.append((decision, json))
    }
    return json
  }
}
