// What the connections of one event loop share: the sweep of deadlines, the cached Date field, the
// register of live connections. Never leaves its event loop.

import ExchangeModel
import NIOCore

/// One event loop's connections. One timer serves them all, so a request sets no timer.
final class EdgeLoop {
  let eventLoop: any EventLoop
  let shared: EdgeShared
  let taskExecutor: LoopTaskExecutor
  private(set) var dateField: [UInt8] = []
  private(set) var isStopping = false
  private var dateSecond = Int64.min
  private var connections: [ObjectIdentifier: Connection] = [:]
  private var sweep: RepeatedTask?
  private var identifiers: RequestIDSource

  init(eventLoop: any EventLoop, shared: EdgeShared) {
    self.eventLoop = eventLoop
    self.shared = shared
    taskExecutor = LoopTaskExecutor(eventLoop)
    identifiers = RequestIDSource(seed: shared.settings.surroundings.random())
    refreshDate()
  }

  /// Starts the sweep; on the loop.
  func start() {
    let period = TimeAmount.milliseconds(shared.settings.edgeLimits.sweepMilliseconds)
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    sweep = eventLoop.scheduleRepeatedTask(initialDelay: period, delay: period) { _ in
      bound.value.tick()
    }
  }

  /// Ends the sweep; on the loop, when no connection is left.
  func end() {
    sweep?.cancel()
    sweep = nil
  }

  func add(_ connection: Connection) { connections[ObjectIdentifier(connection)] = connection }
  func remove(_ connection: Connection) { connections[ObjectIdentifier(connection)] = nil }
  func nextRequestID() -> RequestID { identifiers.next() }

  /// Lets requests in flight end and closes what is idle.
  func beginStop() {
    isStopping = true
    for connection in Array(connections.values) { connection.stop() }
  }

  /// Closes everything at once.
  func closeAll() {
    for connection in Array(connections.values) { connection.abort() }
  }

  /// Closes the connections of a certificate; gives their number.
  func drop(spkiSHA256: String) -> Int {
    let dropped = connections.values.filter { $0.peer?.spkiSHA256 == spkiSHA256 }
    for connection in dropped { connection.abort() }
    return dropped.count
  }

  private func tick() {
    refreshDate()
    let now = NIODeadline.now()
    for connection in connections.values where connection.deadline <= now {
      expired.append(connection)
    }
    for connection in expired { connection.expire(at: now) }
    expired.removeAll(keepingCapacity: true)
  }

  private var expired: [Connection] = []

  private func refreshDate() {
    let now = shared.settings.surroundings.now()
    let second = now.milliseconds / 1000
    guard second != dateSecond else { return }
    dateSecond = second
    dateField = Array("Date: \(HTTPDate.text(now))\r\n".utf8)
  }
}

/// What all connections of a server share; immutable but for the counters.
final class EdgeShared: Sendable {
  let settings: EdgeSettings
  let router: Router
  let rules: HeadRules
  let counters = EdgeCounters()

  init(settings: EdgeSettings, router: Router) {
    self.settings = settings
    self.router = router
    rules = HeadRules(
      hosts: settings.allowedHosts, maximumSegments: settings.edgeLimits.pathSegments)
  }
}
