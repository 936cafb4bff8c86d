// Filling a throw-away store for measurements: many invented events at once, by the way that every
// leaf goes. Never called by a gateway.

package import MessageLog

extension Store {
  /// Appends events in one transaction, without anything that they would be about.
  package func appendInvented(_ events: [LogEvent]) async throws {
    try await writer.submit { context in
      for event in events { try context.append(event, subject: nil, message: nil) }
    }
  }
}
