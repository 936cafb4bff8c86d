// Remembers that the store may promise nothing more, and tells whoever waits for that news.
// Never heals: after a failed sync only a new start, which reads the disk again, can be believed.

import Synchronization

/// Whether the store still promises.
final class StoreHealth: Sendable {
  private struct State {
    var failure: StoreFailure?
    var isClosed = false
    var nextID: UInt64 = 0
    var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
  }

  private let state = Mutex(State())

  /// The first failure; nil while all is well.
  var failure: StoreFailure? { state.withLock { $0.failure } }

  /// Records the first failure and wakes those who wait.
  func fail(_ failure: StoreFailure) { end { $0.failure = $0.failure ?? failure } }

  /// Ends all waits, for a stop.
  func close() { end { $0.isClosed = true } }

  /// Returns when the store has failed or was closed, or on cancellation.
  func waitForEnd() async {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isDone = state.withLock { state in
          if state.failure != nil || state.isClosed || Task.isCancelled { return true }
          state.waiters[id] = continuation
          return false
        }
        if isDone { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
    }
  }

  private func end(_ change: (inout State) -> Void) {
    let waiters = state.withLock { state in
      change(&state)
      defer { state.waiters = [:] }
      return Array(state.waiters.values)
    }
    for waiter in waiters { waiter.resume() }
  }
}
