// Whose turn it is: a bounded number of workers shared by all endpoints, in turn, such that dead
// and slow ones together never hold more than half of them. Pure: time and chance are passed in.

import ExchangeModel

/// What came of one worker's attempt, as far as the turns need it.
enum AttemptResult: Sendable, Equatable {
  /// It answered, whatever it said of the message.
  case answered
  /// It was not reached or failed by itself.
  case failed
  /// It asked for a pause of so many seconds.
  case asksForPause(seconds: Int64)
  /// Nothing was tried.
  case nothing
}

/// The turns of all endpoints.
struct FairTurns: Sendable {
  /// One endpoint's share of the workers.
  struct Lane: Sendable, Equatable {
    var breaker = Breaker()
    /// Attempts under way.
    var underWay = 0
    /// Attempts that may be under way at once: one until it has answered, then more each time it
    /// answers quickly.
    var window = 1
    /// True while its answers are not quick: such lanes share half of the workers.
    var isSuspect = true
  }

  /// Milliseconds within which an answer is quick.
  static let quick: Int64 = 2000
  /// Attempts under way at once for one endpoint.
  static let widest = 8

  let workers: Int
  private(set) var lanes: [PartyURN: Lane] = [:]
  /// The order of turns.
  private var ring: [PartyURN] = []
  private var turn = 0
  private var suspectsUnderWay = 0
  private(set) var underWay = 0

  init(workers: Int) { self.workers = max(2, workers) }

  /// Sets who has an endpoint. A lane that is gone is forgotten once nothing of it is under way.
  mutating func set(_ parties: [PartyURN]) {
    for party in parties where lanes[party] == nil {
      lanes[party] = Lane()
      ring.append(party)
    }
    let present = Set(parties)
    for party in ring where !present.contains(party) && lanes[party]?.underWay == 0 {
      lanes[party] = nil
    }
    ring.removeAll { lanes[$0] == nil }
    if turn >= ring.count { turn = 0 }
  }

  /// Begins anew with an endpoint that was changed: what its old address did says nothing.
  mutating func renew(_ party: PartyURN) {
    lanes[party]?.breaker = Breaker()
  }

  /// How many attempts an endpoint may begin now, were all turns its own.
  func room(for party: PartyURN, at now: Timestamp) -> Int {
    guard let lane = lanes[party], lane.breaker.permits(at: now) else { return 0 }
    // One probe at a time: what an open breaker lets through is a question, not traffic.
    let window = lane.breaker.state == .closed ? lane.window : 1
    let free = min(workers - underWay, window - lane.underWay)
    return max(0, lane.isSuspect ? min(free, workers / 2 - suspectsUnderWay) : free)
  }

  /// Takes the next turn among those `wanting` one, and begins their attempt; nil when none of
  /// them has room.
  mutating func take(at now: Timestamp, wanting: (PartyURN) -> Bool) -> PartyURN? {
    for step in 0..<ring.count {
      let place = (turn + step) % ring.count
      let party = ring[place]
      guard wanting(party), room(for: party, at: now) > 0, var lane = lanes[party] else {
        continue
      }
      turn = (place + 1) % ring.count
      lane.breaker.begin()
      lane.underWay += 1
      if lane.isSuspect { suspectsUnderWay += 1 }
      underWay += 1
      lanes[party] = lane
      return party
    }
    return nil
  }

  /// Ends an attempt that took so many milliseconds.
  mutating func end(
    _ party: PartyURN, _ result: AttemptResult, took: Int64, at now: Timestamp, random: UInt64
  ) {
    guard var lane = lanes[party], lane.underWay > 0 else { return }
    underWay -= 1
    lane.underWay -= 1
    if lane.isSuspect { suspectsUnderWay -= 1 }
    let wasSuspect = lane.isSuspect
    switch result {
    case .nothing:
      if lane.breaker.state == .probing { lane.breaker.pause(until: now) }
    case .answered:
      lane.breaker.succeed()
      lane.isSuspect = took > Self.quick
      lane.window = lane.isSuspect ? 2 : min(lane.window + 1, Self.widest)
    case .failed:
      lane.breaker.fail(at: now, random: random)
      lane.isSuspect = true
      lane.window = 1
    case .asksForPause(let seconds):
      lane.breaker.pause(until: now.adding(seconds: seconds))
      lane.window = 1
    }
    // Those still under way are counted where the lane is now.
    if wasSuspect != lane.isSuspect {
      suspectsUnderWay += lane.isSuspect ? lane.underWay : -lane.underWay
    }
    lanes[party] = lane
  }

  /// When an endpoint's breaker next permits an attempt; nil when it does now.
  func opens(_ party: PartyURN, after now: Timestamp) -> Timestamp? {
    lanes[party]?.breaker.opens(after: now)
  }
}
