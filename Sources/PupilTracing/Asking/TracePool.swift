// What the other rooms see of a pool, so that a store may keep one without knowing how it works.

/// A pool of pupils that can be asked.
package protocol TracePool: Sendable {
  /// Adds a pupil, or replaces the one of this id. Searchable when it returns.
  mutating func upsert(_ record: PupilRecord) throws
  /// Takes a pupil out. Unknown ids are no fault.
  mutating func remove(id: String) throws
  /// Answers a question. Throws `TraceFault` when the image cannot be read.
  func trace(_ query: TraceQuery) throws -> TraceAnswer
}

/// Why a pool cannot be used. Fixed text; never holds a value of a record.
package struct TraceFault: Error, Sendable, Equatable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}
