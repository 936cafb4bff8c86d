// Wakes the long polls of a party when something was admitted for it.
// Never carries content: a woken poll reads the inbox again.

import ExchangeModel
import Synchronization

/// The parties' waiting long polls.
final class InboxSignal: Sendable {
  private struct Waiter {
    let id: UInt64
    let continuation: CheckedContinuation<Void, Never>
  }

  private struct State {
    var nextID: UInt64 = 0
    var waiters: [PartyURN: [Waiter]] = [:]
    /// Counts admissions per party, so that one between a look and a wait is not missed.
    var generation: [PartyURN: UInt64] = [:]
    /// Counts what came for nobody known.
    var commonGeneration: UInt64 = 0
    var isClosed = false

    func mark(of party: PartyURN) -> UInt64 {
      generation[party, default: 0] &+ commonGeneration
    }
  }

  private let state = Mutex(State())
  /// For the one that pushes: something came for somebody.
  let anyone = NoticeSignal()

  /// A mark of the party's inbox, to be taken before looking into it.
  func generation(of party: PartyURN) -> UInt64 {
    state.withLock { $0.mark(of: party) }
  }

  /// Returns when something came for the party after `generation`, or on cancellation or close.
  func wait(for party: PartyURN, after generation: UInt64) async {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isDone = state.withLock { state in
          let hasNews = state.mark(of: party) != generation
          if hasNews || state.isClosed || Task.isCancelled { return true }
          state.waiters[party, default: []].append(Waiter(id: id, continuation: continuation))
          return false
        }
        if isDone { continuation.resume() }
      }
    } onCancel: {
      let waiter = state.withLock { state -> Waiter? in
        guard let index = state.waiters[party]?.firstIndex(where: { $0.id == id }) else {
          return nil
        }
        let waiter = state.waiters[party]?.remove(at: index)
        if state.waiters[party]?.isEmpty == true { state.waiters[party] = nil }
        return waiter
      }
      waiter?.continuation.resume()
    }
  }

  func wake(_ parties: Set<PartyURN>) {
    guard !parties.isEmpty else { return }
    let woken = state.withLock { state -> [Waiter] in
      var woken: [Waiter] = []
      for party in parties {
        state.generation[party, default: 0] &+= 1
        if let waiters = state.waiters.removeValue(forKey: party) { woken += waiters }
      }
      return woken
    }
    for waiter in woken { waiter.continuation.resume() }
    anyone.signal()
  }

  /// Wakes all: another process wrote, and whom for is not known.
  func wakeAll() {
    let woken = state.withLock { state in
      state.commonGeneration &+= 1
      defer { state.waiters = [:] }
      return state.waiters.values.flatMap { $0 }
    }
    for waiter in woken { waiter.continuation.resume() }
    anyone.signal()
  }

  /// Long polls that wait now.
  var waiting: Int { state.withLock { $0.waiters.values.reduce(0) { $0 + $1.count } } }

  /// True once the gateway is stopping.
  var isClosed: Bool { state.withLock { $0.isClosed } }

  /// Ends all waits, for a stop.
  func close() {
    let woken = state.withLock { state -> [Waiter] in
      state.isClosed = true
      defer { state.waiters = [:] }
      return state.waiters.values.flatMap { $0 }
    }
    for waiter in woken { waiter.continuation.resume() }
  }
}
