// The words of a trace's outcome, which others' systems read.

import Testing

@testable import PupilTracing

@Suite("Outcomes of a trace")
struct TraceOutcomeTests {
  @Test("The five words")
  func words() {
    #expect(
      TraceOutcome.allCases.map(\.rawValue) == [
        "match", "possible", "low-confidence", "several", "none",
      ])
  }
}
