// One step of the bench: a fresh gateway, a number of connections, one measured window.
// Never judges: it gives figures, and whether every answer was 202.

package import ExchangeModel
import Validation

/// What a step measured.
package struct BenchStep: Sendable {
  package let connections: Int
  package let seconds: Double
  package let messages: Int
  package let load: LoadResult
  /// Server CPU microseconds a message; nil when the system does not tell.
  package let serverMicroseconds: Double?
  /// CPU microseconds of the load generator a message.
  package let clientMicroseconds: Double?
  /// Cores that others kept busy meanwhile.
  package let othersCores: Double?
  /// Bytes of the server in memory at the window's end.
  package let residentBytes: Int64?
  /// True when the gateway ended well after it.
  package let hasEndedWell: Bool

  /// Messages admitted a second.
  package var rate: Double { Double(messages) / max(seconds, 0.001) }
  /// True when every answer was 202, no connection broke and the gateway ended well.
  package var isClean: Bool {
    load.otherAnswers.isEmpty && load.broken == 0 && messages > 0 && hasEndedWell
  }
}

/// What to measure.
package struct BenchPlan: Sendable {
  /// Seconds of load before the window, so that caches and the journal are as in service.
  package static let warmUp = Duration.seconds(1)

  package let format: ContentFormat
  package let window: Duration
  /// The folder below which each step gets its own.
  package let directory: String
  /// The folder of the message types.
  package let schemas: String
  package let surroundings: Surroundings

  package init(
    format: ContentFormat, window: Duration, directory: String, schemas: String,
    surroundings: Surroundings
  ) {
    self.format = format
    self.window = window
    self.directory = directory
    self.schemas = schemas
    self.surroundings = surroundings
  }

  /// The message of all steps. Throws when the schemas no longer take it.
  package func referral() throws -> BenchReferral {
    let set = try SchemaSet(files: try SchemaFolder(schemas).files, compiling: .whenNeeded)
    return try BenchReferral(format: format, schemas: set, at: surroundings.now())
  }

  /// What deciding on the message costs by itself.
  package func decision(on referral: BenchReferral) throws -> DecisionProbe {
    let set = try SchemaSet(files: try SchemaFolder(schemas).files, compiling: .whenNeeded)
    return try DecisionProbe(referral, schemas: set)
  }

  /// Measures one step with a gateway and a database of its own.
  package func measure(
    _ referral: BenchReferral, connections: Int
  ) async throws -> BenchStep {
    let folder = try await BenchFolder(
      below: directory, schemas: schemas, surroundings: surroundings)
    defer { folder.remove() }
    let gateway = try await GatewayProcess.start(folder)
    do {
      let step = try await window(referral, connections, folder, gateway)
      return step(gateway.stop())
    } catch {
      _ = gateway.stop()
      throw error
    }
  }

  private func window(
    _ referral: BenchReferral, _ connections: Int, _ folder: BenchFolder,
    _ gateway: GatewayProcess
  ) async throws -> (Bool) -> BenchStep {
    let generator = try await LoadGenerator.connect(
      to: gateway.port, as: folder, connections: connections, sending: referral)
    try await generator.begin()
    try await Task.sleep(for: Self.warmUp)
    let before = CPUReading(server: gateway.pid)
    let start = ContinuousClock.now
    try await generator.openWindow()
    try await Task.sleep(for: window)
    try await generator.closeWindow()
    let seconds = (ContinuousClock.now - start) / .milliseconds(1) / 1000
    let after = CPUReading(server: gateway.pid)
    let resident = MemoryReading.resident(of: gateway.pid)
    let load = try await generator.finish()
    let messages = load.latencies.count
    func each(_ time: KeyPath<CPUReading, Double>) -> Double? {
      guard let before, let after, messages > 0 else { return nil }
      return (after[keyPath: time] - before[keyPath: time]) * 1_000_000 / Double(messages)
    }
    let (server, client) = (each(\.server), each(\.client))
    let others = before.flatMap { before in after?.othersCores(since: before) }
    return { hasEndedWell in
      BenchStep(
        connections: connections, seconds: seconds, messages: messages, load: load,
        serverMicroseconds: server, clientMicroseconds: client, othersCores: others,
        residentBytes: resident, hasEndedWell: hasEndedWell)
    }
  }
}
