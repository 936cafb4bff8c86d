// How a scan uses several cores without knowing about threads: the caller lends them.

/// Runs parts of one piece of work at the same time. Must return when all parts are done.
package struct Workers: Sendable {
  package let count: Int
  package let run: @Sendable (_ parts: Int, _ work: @Sendable (Int) -> Void) -> Void

  /// `run` must call `work` once for each part below `parts`.
  package init(
    count: Int,
    run: @escaping @Sendable (_ parts: Int, _ work: @Sendable (Int) -> Void) -> Void
  ) {
    self.count = max(1, min(count, 64))
    self.run = run
  }

  /// One core, the caller's.
  package static let one = Workers(count: 1) { parts, work in
    for part in 0..<parts { work(part) }
  }
}
