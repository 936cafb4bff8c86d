// Pushes what waits to the parties that have an endpoint, until the gateway stops. What is due is
// in the store alone: after a restart every pending delivery goes on.
// Never more attempts under way than the settings allow; whose turn it is, `FairTurns` says.

import ExchangeModel
import Foundation
import Logging
import NIOCore
import ServiceLifecycle
import Storage
import Synchronization

/// The service that pushes.
package final class DeliveryWorker: Service {
  package let counters = DeliveryCounters()
  let store: Store
  let delivery: DeliveredEnvelope
  let settings: PushSettings
  let identity: PushIdentity?
  let surroundings: Surroundings
  let logger: Logger

  /// The longest time without a look: a pause may end, or another process may have written.
  private static let tick = Duration.milliseconds(200)
  /// Looks between two readings of the endpoints.
  private static let readingEvery = Duration.milliseconds(500)
  /// How long attempts under way may go on once a stop began.
  private static let grace = Duration.seconds(5)

  init(
    store: Store, delivery: DeliveredEnvelope, settings: PushSettings, identity: PushIdentity?,
    surroundings: Surroundings, logger: Logger
  ) {
    self.store = store
    self.delivery = delivery
    self.settings = settings
    self.identity = identity
    self.surroundings = surroundings
    self.logger = logger
  }

  private enum Event: Sendable {
    case look
    case stop
    case graceOver
    case ended(PartyURN, MessageID, AttemptResult, milliseconds: Int64)
  }

  package func run() async throws {
    try await store.resumePushes()
    let resolver = AddressResolver()
    let events = AsyncStream.makeStream(of: Event.self)
    await withGracefulShutdownHandler {
      await self.turn(events.stream, events.continuation, resolver)
    } onGracefulShutdown: {
      events.continuation.yield(.stop)
    }
    events.continuation.finish()
    await resolver.close()
  }

  private func turn(
    _ stream: AsyncStream<Event>, _ events: AsyncStream<Event>.Continuation,
    _ resolver: AddressResolver
  ) async {
    await withDiscardingTaskGroup { group in
      group.addTask { await self.bell(events) }
      var state = Lanes(turns: FairTurns(workers: settings.workers))
      for await event in stream {
        if case .graceOver = event { break }
        if case .stop = event {
          // What is under way may come to its answer; nothing new begins.
          state.isStopping = true
          group.addTask {
            try? await Task.sleep(for: Self.grace)
            events.yield(.graceOver)
          }
        }
        do {
          try await handle(event, &state, resolver)
          while let (pusher, id) = state.takeTurn(at: surroundings.now()) {
            group.addTask { await self.attempt(id, pusher, events) }
          }
        } catch {
          logger.error("push.round.failed", metadata: ["error": "\(type(of: error))"])
          try? await Task.sleep(for: Self.readingEvery)
        }
        if state.isStopping, state.turns.underWay == 0 { break }
      }
      group.cancelAll()
      for lane in state.lanes.values { lane.pusher?.close() }
    }
  }

  /// Rings when something came, and now and then.
  private func bell(_ events: AsyncStream<Event>.Continuation) async {
    while !Task.isCancelled {
      events.yield(.look)
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await self.store.untilSomethingCame() }
        group.addTask { try? await Task.sleep(for: Self.tick) }
        await group.next()
        group.cancelAll()
      }
    }
  }

  private func attempt(
    _ id: MessageID, _ pusher: Pusher, _ events: AsyncStream<Event>.Continuation
  ) async {
    let start = ContinuousClock.now
    var result = AttemptResult.nothing
    do {
      result = try await pusher.push(id)
    } catch {
      // The store could not: its own pause keeps this from turning in circles.
      logger.error("push.store.failed", metadata: ["error": "\(type(of: error))"])
      try? await Task.sleep(for: Self.readingEvery)
    }
    let took = (ContinuousClock.now - start) / Duration.milliseconds(1)
    events.yield(
      .ended(pusher.endpoint.party, id, result, milliseconds: Int64(took.rounded())))
  }

  private func handle(
    _ event: Event, _ state: inout Lanes, _ resolver: AddressResolver
  ) async throws {
    if case .ended(let party, let id, let result, let milliseconds) = event {
      state.end(
        party, id, result, took: milliseconds, at: surroundings.now(),
        random: surroundings.random())
    }
    guard !state.isStopping else { return }
    if state.readAt.map({ ContinuousClock.now - $0 > Self.readingEvery }) ?? true {
      try await readEndpoints(&state, resolver)
      state.readAt = .now
    }
    for party in state.order {
      try await look(party, &state)
    }
  }

  /// Reads what waits for one endpoint, when there may be news and it has room.
  private func look(_ party: PartyURN, _ state: inout Lanes) async throws {
    let now = surroundings.now()
    guard let lane = state.lanes[party], lane.pusher != nil, lane.ready.isEmpty else { return }
    let room = state.turns.room(for: party, at: now)
    guard room > 0 else { return }
    let mark = store.inboxMark(of: party)
    guard lane.mayHaveMore || lane.mark != mark || lane.isDue(at: now) else { return }
    let list = try await store.pushes(to: party, limit: room, underWay: lane.underWay)
    state.lanes[party]?.ready = list.next
    state.lanes[party]?.later = list.later
    state.lanes[party]?.mark = mark
    state.lanes[party]?.mayHaveMore = !list.next.isEmpty
  }

  private func readEndpoints(_ state: inout Lanes, _ resolver: AddressResolver) async throws {
    let live = try await store.endpoints().filter { $0.state == .live }
    let keys = live.isEmpty ? [] : try await store.signingKeys()
    state.turns.set(live.map(\.party))
    let present = Set(live.map(\.party))
    for (party, lane) in state.lanes where !present.contains(party) {
      lane.pusher?.close()
      state.lanes[party]?.pusher = nil
      state.lanes[party]?.ready = []
      if lane.underWay.isEmpty { state.lanes[party] = nil }
    }
    for endpoint in live {
      let secrets = try await store.endpointSecrets(of: endpoint.party)
      let stamp = Lanes.Stamp(
        changedAt: endpoint.changedAt, secrets: secrets.map(\.id), keys: keys.map(\.id))
      guard state.lanes[endpoint.party]?.stamp != stamp else { continue }
      let earlier = state.lanes[endpoint.party]
      earlier?.pusher?.close()
      if earlier?.stamp?.changedAt != endpoint.changedAt { state.turns.renew(endpoint.party) }
      var lane = earlier ?? Lanes.Lane()
      lane.pusher = try? pusher(endpoint, secrets, keys, resolver)
      lane.stamp = stamp
      lane.mayHaveMore = true
      if lane.pusher == nil {
        logger.error("endpoint.unusable", metadata: ["party": "\(endpoint.party)"])
      }
      state.lanes[endpoint.party] = lane
    }
    state.order = live.map(\.party)
  }

  private func pusher(
    _ endpoint: Endpoint, _ secrets: [EndpointSecret], _ keys: [SigningKey],
    _ resolver: AddressResolver
  ) throws -> Pusher {
    let client = try EndpointClient(
      url: endpoint.url, pins: endpoint.pins,
      trust: endpoint.authorities.map { .authorities($0) } ?? .pinned, identity: identity,
      permitted: AddressGuard(allowed: settings.allowedNetworks), resolver: resolver)
    return Pusher(
      endpoint, client: client, signature: try WebhookSignature(secrets: secrets, keys: keys),
      store: store, delivery: delivery, surroundings: surroundings,
      patience: .seconds(Int64(settings.patienceSeconds)), counters: counters, logger: logger)
  }
}

/// What the worker knows of the endpoints between two events.
private struct Lanes {
  struct Stamp: Equatable {
    let changedAt: Timestamp
    let secrets: [Int64]
    let keys: [Int64]
  }

  struct Lane {
    var pusher: Pusher?
    var stamp: Stamp?
    /// Chosen, not begun.
    var ready: [MessageID] = []
    var underWay: Set<MessageID> = []
    /// When something is due that was not yet.
    var later: Timestamp?
    /// The inbox as it was at the last look.
    var mark: UInt64 = 0
    /// True when the last look left something.
    var mayHaveMore = true

    /// Whether what was due later is due now; also when the clock was put back since.
    func isDue(at now: Timestamp) -> Bool {
      guard let later else { return false }
      return later <= now || later > now.adding(seconds: RetrySchedule.longest)
    }
  }

  var turns: FairTurns
  var lanes: [PartyURN: Lane] = [:]
  var order: [PartyURN] = []
  var readAt: ContinuousClock.Instant?
  var isStopping = false

  init(turns: FairTurns) { self.turns = turns }

  /// The next attempt to begin; nil when nobody who wants one has room.
  mutating func takeTurn(at now: Timestamp) -> (Pusher, MessageID)? {
    guard !isStopping else { return nil }
    let waiting = lanes
    let party = turns.take(at: now) { waiting[$0].map { !$0.ready.isEmpty } ?? false }
    guard let party, var lane = lanes[party], let pusher = lane.pusher, !lane.ready.isEmpty else {
      return nil
    }
    let id = lane.ready.removeFirst()
    lane.underWay.insert(id)
    lanes[party] = lane
    return (pusher, id)
  }

  mutating func end(
    _ party: PartyURN, _ id: MessageID, _ result: AttemptResult, took: Int64,
    at now: Timestamp, random: UInt64
  ) {
    turns.end(party, result, took: took, at: now, random: random)
    lanes[party]?.underWay.remove(id)
    // What it held back in its chain may go now, and what failed is due later.
    lanes[party]?.mayHaveMore = true
  }
}
