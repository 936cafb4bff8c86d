// Schedule, breaker and turns: tables, and seeded random histories.

import ExchangeModel
import Foundation
import Storage
import Testing

@testable import Gateway

@Suite struct ScheduleTests {
  private static let start = Timestamp(milliseconds: 1_795_251_600_000)

  @Test(arguments: [(1, 5), (2, 30), (3, 120), (4, 300)] as [(Int, Int64)])
  func firstPausesAreFixed(attempt: Int, seconds: Int64) {
    for random in [0, 1, UInt64.max] {
      #expect(RetrySchedule.pause(after: attempt, random: random) == seconds)
    }
  }

  @Test(arguments: [(5, 600), (6, 1200), (7, 2400), (8, 4000), (9, 4000), (500, 4000)])
  func laterPausesAreDrawnUpToACeiling(attempt: Int, seconds: Int64) {
    #expect(RetrySchedule.ceiling(after: attempt) == seconds)
    let span = UInt64(seconds - RetrySchedule.shortest)
    #expect(RetrySchedule.pause(after: attempt, random: 0) == RetrySchedule.shortest)
    #expect(RetrySchedule.pause(after: attempt, random: span) == seconds)
    #expect(RetrySchedule.pause(after: attempt, random: span + 1) == RetrySchedule.shortest)
  }

  @Test func aBreakerOpensProbesAndCloses() {
    var breaker = Breaker()
    for _ in 1..<Breaker.tolerance { breaker.fail(at: Self.start, random: 0) }
    #expect(breaker.permits(at: Self.start))
    breaker.fail(at: Self.start, random: 0)
    #expect(!breaker.permits(at: Self.start.adding(seconds: 4)))
    #expect(breaker.permits(at: Self.start.adding(seconds: 5)))
    breaker.begin()
    #expect(!breaker.permits(at: Self.start.adding(seconds: 500)))
    breaker.fail(at: Self.start, random: 10_000)
    #expect(breaker.opens(after: Self.start) == Self.start.adding(seconds: 20))
    breaker.begin()
    breaker.succeed()
    #expect(breaker == Breaker())
  }

  @Test func aLongDeadEndpointIsProbedEveryFiveMinutesAtMost() {
    var breaker = Breaker()
    for _ in 0..<100 {
      breaker.fail(at: Self.start, random: .max)
      breaker.begin()
    }
    breaker.fail(at: Self.start, random: 300_000)
    let opens = breaker.opens(after: Self.start)
    #expect(opens.map { $0 <= Self.start.adding(seconds: 300) } == true)
  }

  private func parties(_ count: Int) throws -> [PartyURN] {
    try (0..<count).map { try #require(PartyURN("urn:gatehouse:850:p\($0)")) }
  }

  @Test func turnsGoRound() throws {
    let parties = try parties(3)
    var turns = FairTurns(workers: 64)
    turns.set(parties)
    let taken = (0..<3).compactMap { _ in turns.take(at: Self.start) { _ in true } }
    #expect(taken == parties)
    // Nobody has answered yet: one each.
    #expect(turns.take(at: Self.start) { _ in true } == nil)
    for party in parties {
      turns.end(party, .answered, took: 5, at: Self.start, random: 0)
    }
    let more = (0..<6).compactMap { _ in turns.take(at: Self.start) { _ in true } }
    #expect(more == parties + parties)
  }

  @Test func theDeadNeverHoldMoreThanHalfOfTheWorkers() throws {
    let parties = try parties(40)
    var turns = FairTurns(workers: 16)
    turns.set(parties)
    let good = parties[39]
    // The good one has answered.
    #expect(turns.take(at: Self.start) { $0 == good } == good)
    turns.end(good, .answered, took: 5, at: Self.start, random: 0)
    var dead = 0
    while let party = turns.take(at: Self.start, wanting: { $0 != good }) {
      #expect(party != good)
      dead += 1
    }
    #expect(dead == 8)
    #expect(turns.take(at: Self.start) { _ in true } == good)
  }

  @Test(arguments: 1...100 as ClosedRange<UInt64>)
  func neverMoreThanItsShareWhateverHappens(seed: UInt64) throws {
    var state = seed
    func draw(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
    let parties = try parties(12)
    var turns = FairTurns(workers: 10)
    turns.set(parties)
    var now = Self.start
    var underWay: [PartyURN] = []
    for _ in 0..<500 {
      now = now.adding(seconds: Int64(draw(30)))
      if draw(2) == 0, let party = turns.take(at: now, wanting: { _ in draw(3) > 0 }) {
        underWay.append(party)
      } else if !underWay.isEmpty {
        let party = underWay.remove(at: draw(underWay.count))
        let results: [AttemptResult] = [
          .answered, .failed, .asksForPause(seconds: 30), .nothing,
        ]
        turns.end(
          party, results[draw(4)], took: Int64(draw(4000)), at: now, random: UInt64(draw(1000)))
      }
      #expect(turns.underWay == underWay.count && underWay.count <= 10, "seed \(seed)")
      for party in parties {
        #expect(underWay.count { $0 == party } <= FairTurns.widest, "seed \(seed)")
        #expect(turns.lanes[party]?.underWay == underWay.count { $0 == party }, "seed \(seed)")
      }
    }
    // Whatever happened, after a while everybody has a turn again.
    for party in underWay { turns.end(party, .nothing, took: 0, at: now, random: 0) }
    now = now.adding(seconds: RetrySchedule.longest)
    for party in parties { #expect(turns.room(for: party, at: now) > 0, "seed \(seed)") }
  }
}

@Suite struct PushAnswerTests {
  private static let now = Timestamp(milliseconds: 1_795_251_600_000)

  private func verdict(_ answer: PushAnswer) -> PushVerdict {
    PushVerdict.of(answer, at: Self.now, limits: Limits())
  }

  private static let taken = Acknowledgement(outcome: .taken, reason: nil, detail: nil)

  @Test(arguments: [200, 202, 204, 299]) func anyTwoHundredIsTaken(status: Int) {
    #expect(verdict(PushAnswer(status: status)) == .answered(Self.taken))
    let noise = PushAnswer(
      status: status, isJSON: true, body: Array(#"{"status":"queued"}"#.utf8))
    #expect(verdict(noise) == .answered(Self.taken))
  }

  @Test func aRefusalIsNeverReadAsTaken() {
    let unsaid = PushAnswer(
      status: 200, isJSON: true, body: Array(#"{"outcome":"refused","reason":"busy"}"#.utf8))
    #expect(
      verdict(unsaid)
        == .answered(Acknowledgement(outcome: .refused, reason: "other", detail: nil)))
  }

  @Test(
    arguments: [
      ("17", 17), ("0", 1), ("999999", 4000), ("Sat, 21 Nov 2026 09:01:00 GMT", 60),
      ("Fri, 20 Nov 2026 09:01:00 GMT", 1), ("Sat, 21 Nov 2037 09:01:00 GMT", 4000),
    ] as [(String, Int64)])
  func retryAfterIsObeyedWithinBounds(value: String, seconds: Int64) {
    #expect(
      verdict(PushAnswer(status: 429, retryAfter: value))
        == .pause("status-429", seconds: seconds))
  }

  @Test(arguments: ["", "-5", "soon", "Sat, 99 Nov 2026 09:01:00 GMT"])
  func whatIsNoRetryAfterIsAFailure(value: String) {
    #expect(
      verdict(PushAnswer(status: 503, retryAfter: value))
        == .failed("status-503", isEndpoints: true))
  }

  @Test func othersFail() {
    #expect(verdict(PushAnswer(status: 410)) == .gone)
    #expect(verdict(PushAnswer(status: 301)) == .failed("status-301", isEndpoints: false))
    #expect(verdict(PushAnswer(status: 400)) == .failed("status-400", isEndpoints: false))
    #expect(verdict(PushAnswer(status: 500)) == .failed("status-500", isEndpoints: true))
  }
}
