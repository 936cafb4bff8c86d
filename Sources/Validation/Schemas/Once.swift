// A value made when it is first asked for, and then kept.
// Never made twice: whoever asks meanwhile waits for the one being made.
import Synchronization

/// A value that is made at its first use; afterwards one lock is all that it costs.
final class Once<Value: Sendable>: Sendable {
  private let kept = Mutex<Value?>(nil)
  private let make: @Sendable () -> Value

  /// `make` must not ask for this same value.
  init(_ make: @escaping @Sendable () -> Value) { self.make = make }

  var value: Value {
    kept.withLock { kept in
      if let kept { return kept }
      let made = make()
      kept = made
      return made
    }
  }
}
