// What a trace answers: candidates with their reasons, and how likely it is that the child is
// not here at all. Never an identity, never a merge: a person confirms.

/// One reason for or against a candidate.
package struct FieldReason: Sendable, Equatable {
  package enum Field: String, Sendable, CaseIterable {
    case upn, surname, forename, middle, name, dateOfBirth, sex, place, parents, siblings
    case school, household, list
  }
  package let field: Field
  /// Fixed text, e.g. `surname sounds alike`; holds no value of either record.
  package let text: String
  /// Weight in bits: positive speaks for the child, negative against.
  package let bits: Double
}

/// How a candidate is read.
package enum CandidateReading: String, Sendable {
  /// Offered as the child.
  case child
  /// Same household, another child: shown as such, never offered as the child.
  case household
}

/// One pupil that resembles the child asked for.
package struct TraceCandidate: Sendable, Equatable {
  package let id: String
  package let reading: CandidateReading
  /// Log-odds in bits that this is the child against its not being in the pool; comparable over
  /// queries of one model version.
  package let bits: Double
  /// Probability over the whole pool and "not here" that this record is the child's; two records
  /// of one child both have it.
  package let posterior: Double
  package let reasons: [FieldReason]

  /// The reasons on one line, strongest first, e.g. `surname sounds alike +6.1 · moved −1.3`.
  package var explanation: String {
    reasons.map { "\($0.text) \(TraceText.signed($0.bits))" }.joined(separator: " · ")
  }
}

/// The answer to one `TraceQuery`.
package struct TraceAnswer: Sendable, Equatable {
  package let outcome: TraceOutcome
  /// At most `TraceLimits.candidates` in all, best first; the children offered, then household.
  package let candidates: [TraceCandidate]
  /// Probability that the child is not in the pool.
  package let notHere: Double
  /// Version of the model that weighed (16 hexadecimal digits); belongs into each log record.
  package let modelVersion: String
  /// True when the whole pool was scanned, false when the near dates of birth sufficed.
  package let isExhaustive: Bool

  /// The candidates offered as the child.
  package var offered: [TraceCandidate] { candidates.filter { $0.reading == .child } }
}

/// Named bounds of tracing.
package enum TraceLimits {
  /// Candidates in one answer: what an officer may see of other children.
  package static let candidates = 5
  /// Bytes of one name, address or identifier that count; what is longer is cut.
  package static let textBytes = 120
  /// Names, dates, places, relatives or schools of one record or query that count.
  package static let entries = 16
  /// Bytes of one encoded record.
  package static let recordBytes = 32 << 10
  /// Changed pupils held beside the image before it must be built again.
  package static let changes = 5000
}
