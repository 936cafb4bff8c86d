// Why a schema cannot be used. Only ever about our own schema files, never about a message.

/// A fault in a schema: a programmer's or an author's error, found when the set is loaded.
package struct SchemaError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The schema's URI with a JSON Pointer as its fragment.
  package let place: String
  package let reason: String

  package var description: String { "\(place): \(reason)" }
}
