// The bench's parts that can be wrong without a clock: its message, its percentiles, its readings.
// Never a rate or a time: those are no test's business.

import ExchangeModel
import Foundation
import Gateway
import Testing
import Validation

@Suite("Bench")
struct BenchReferralTests {
  @Test(
    "Its message is valid in both formats, about 2 KB in JSON, and its id can be replaced",
    arguments: [ContentFormat.json, .xml])
  func referral(format: ContentFormat) throws {
    let schemas = try SchemaSet(
      files: try SchemaFolder(SampleEnvelopes.schemas).files, limits: Limits())
    let now = try #require(Timestamp(rfc3339: "2026-11-21T09:00:00Z"))
    let referral = try BenchReferral(format: format, schemas: schemas, at: now)
    if format == .json { #expect((1900...2200).contains(referral.bytes.count)) }
    var bytes = referral.bytes
    let digits = Array("0123456789abcdef0123456789abcdef".utf8)
    #expect(digits.count == BenchReferral.idDigits)
    bytes.replaceSubrange(referral.idOffset..<(referral.idOffset + digits.count), with: digits)
    let read = try EnvelopeReader.read(bytes, format: format)
    #expect(read.envelope.id == "bench-0123456789abcdef0123456789abcdef")
    #expect(throws: Never.self) { try schemas.validate(read) }
  }

  #if os(Linux)
    @Test("A busy process is seen to have used the processor and to be in memory")
    func readings() throws {
      let before = try #require(CPUReading(server: nil))
      var sum = 0.0
      while try #require(CPUReading(server: nil)).client < before.client + 0.03 {
        for number in 1...100_000 { sum += Double(number).squareRoot() }
      }
      let after = try #require(CPUReading(server: nil))
      #expect(sum > 0 && after.client > before.client && after.busy >= before.busy)
      #expect(after.othersCores(since: before) >= 0)
      let pid = ProcessInfo.processInfo.processIdentifier
      #expect(try #require(MemoryReading.resident(of: pid)) > 1 << 20)
    }
  #endif
}
