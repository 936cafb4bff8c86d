// The gateway put together: store, catalogue, admission, doors, log. The one build function.
// Never decides anything itself.

package import ExchangeModel
import Foundation
package import Logging
import MessageLog
import Policy
package import ServiceLifecycle
package import Storage
import UnixSignals
import Validation

/// A running gateway.
package final class GatewayServer: Sendable {
  package let store: Store
  package let publisher: LogPublisher
  /// The API's listener.
  package let api: EdgeServer
  /// The admin listener, on loopback; nil when the settings name none.
  package let admin: EdgeServer?
  /// Those who cosign our log.
  package let circle: WitnessCircle
  private let readiness: Readiness
  private let notices: NoticeSender
  package let delivery: DeliveryWorker
  private let opened: PartyDirectory
  private let settings: Settings
  private let logger: Logger

  private init(
    store: Store, publisher: LogPublisher, circle: WitnessCircle, api: EdgeServer,
    admin: EdgeServer?, readiness: Readiness, notices: NoticeSender, delivery: DeliveryWorker,
    opened: PartyDirectory, settings: Settings, logger: Logger
  ) {
    self.store = store
    self.publisher = publisher
    self.circle = circle
    self.api = api
    self.admin = admin
    self.readiness = readiness
    self.notices = notices
    self.delivery = delivery
    self.opened = opened
    self.settings = settings
    self.logger = logger
  }

  /// Opens the store, compiles the catalogue and begins to listen. `access` is given by tests
  /// alone.
  package static func start(
    _ settings: Settings, surroundings: Surroundings, logger: Logger,
    access: @escaping AccessPolicy = Policy.decideAccess
  ) async throws -> GatewayServer {
    let folder = try SchemaFolder(settings.schemas)
    let schemas = try Self.catalogue(folder, settings, logger)
    let signers = try LogKeyFile.readAll(settings)
    let store = try Store(
      directory: settings.data, limits: settings.limits, surroundings: surroundings,
      access: access, due: Policy.reckonDue,
      variants: try NameVariantFiles.read(besides: settings.schemas))
    // Before the first decision by this catalogue, so that every decision can be made again.
    try await store.record(catalogue: schemas.catalogueVersion, files: schemas.catalogueFiles)
    let opened = store.latestDirectory
    let publisher = LogPublisher(
      store: store, signers: signers, watch: LogKeyWatch(settings),
      anchor: settings.logAnchorFile.map { LogAnchor(path: $0) },
      rule: QuorumRule(witnesses: settings.witnesses.map(\.key), needed: settings.logQuorum),
      logger: logger)
    let circle = try WitnessCircle(
      settings.witnesses, store: store, publisher: publisher, keys: signers.keys,
      surroundings: surroundings, logger: logger)
    // Before anything is signed or served: is this the log that others know?
    try await publisher.checkAnchor()
    try await circle.checkAtStart()
    let witness = try Self.peerWitness(settings, store: store)
    let readiness = Readiness()
    let recorder = RefusedCallRecorder(store: store, logger: logger)

    var edge = EdgeSettings(surroundings: surroundings, logger: logger)
    edge.host = settings.host
    edge.port = settings.port
    edge.allowedHosts = Set(settings.names)
    edge.limits = settings.limits
    edge.tls = try TLSReload.read(settings)
    edge.observe = { recorder.observe($0) }
    edge.identify = { peer, now in
      let found = store.latestDirectory.identify(spkiSHA256: peer.spkiSHA256, at: now)
      if case .failure(let refusal) = found { recorder.record(refusal, peer: peer, at: now) }
      return found
    }
    edge.limits.connections = Self.connections(settings, logger: logger)
    let admission = Admission(
      store: store, schemas: schemas, limits: settings.limits, inForce: settings.inForce,
      mesh: settings.mesh)
    let quotas = try await Self.quotas(settings.limits, store)
    let mesh = try Self.mesh(settings, admission, schemas, edge.identify, recorder, quotas)
    let delivery = try Self.worker(settings, store, schemas, surroundings, logger)
    let routes = Self.routes(
      store: store, admission: admission, schemas: schemas, folder: folder,
      publisher: publisher, limits: settings.limits, minimumIndex: settings.logMinimumIndex,
      witness: witness, mesh: mesh)
    let api = try await EdgeServer.start(edge, routes: quotas.applied(to: routes))

    let adminRoutes = AdminRoutes(
      store: store, readiness: readiness, schemas: schemas, publisher: publisher,
      metrics: DeliveryMetrics(store: store, counters: delivery.counters))
    let admin = try await adminRoutes.listen(
      settings, surroundings: surroundings, logger: logger)
    return GatewayServer(
      store: store, publisher: publisher, circle: circle, api: api, admin: admin,
      readiness: readiness,
      notices: NoticeSender(
        store: store, admission: admission, surroundings: surroundings, logger: logger),
      delivery: delivery, opened: opened, settings: settings, logger: logger)
  }

  /// The catalogue of the folder; files that are not what they were generated from are told of.
  private static func catalogue(
    _ folder: SchemaFolder, _ settings: Settings, _ logger: Logger
  ) throws -> SchemaSet {
    let schemas = try SchemaSet(files: folder.files, limits: settings.limits)
    for path in schemas.staleFiles {
      logger.warning("schema.stale", metadata: ["path": "\(path)"])
    }
    let faults = MeshTableCheck(settings: settings.mesh).faults(by: schemas)
    if !faults.isEmpty {
      // `gatehouse check` says which.
      logger.warning("mesh.table.faulty", metadata: ["count": "\(faults.count)"])
    }
    return schemas
  }

  /// The connections that the settings allow and the process's descriptors carry.
  private static func connections(_ settings: Settings, logger: Logger) -> Int {
    let wanted = settings.limits.connections
    let room = DescriptorRoom.raised()
    guard room.connections < wanted else { return wanted }
    logger.warning(
      "descriptors.few",
      metadata: ["size": "\(room.limit)", "count": "\(room.connections)"])
    return room.connections
  }

  /// The API's route table: what OpenAPI describes.
  static func routes(
    store: Store, admission: Admission, schemas: SchemaSet, folder: SchemaFolder,
    publisher: LogPublisher, limits: Limits, minimumIndex: Int64 = 0,
    witness: PeerWitness? = nil, mesh: MeshDoor? = nil
  ) -> [Route] {
    let delivery = DeliveredEnvelope(schemas: schemas, limits: limits)
    let messages = MessageRoutes(
      admission: admission, store: store, publisher: publisher, limits: limits)
    return messages.routes + DecisionRoutes(admission: admission, limits: limits).routes
      + InboxRoutes(store: store, delivery: delivery, limits: limits).routes
      + EndpointRoutes(store: store).routes
      + DutyRoutes(store: store, limits: limits).routes
      + AttachmentRoutes(store: store, limits: limits).routes
      + TransferRoutes(store: store, admission: admission, limits: limits).routes
      + ConsentRoutes(store: store, words: ConsentWords(schemas), limits: limits).routes
      + RightsRoutes(store: store, schemas: schemas, limits: limits, now: store.now).routes
      + TraceRoutes(store: store, schemas: schemas, admission: admission, limits: limits).routes
      + CaseRoutes(store: store, limits: limits).routes
      + DirectoryRoutes(store: store, schemas: schemas, files: folder).routes
      + LogRoutes(store: store, publisher: publisher, minimumIndex: minimumIndex).routes
      + WitnessRoutes(witness: witness ?? PeerWitness(store: store)).routes
      + (mesh ?? MeshDoor(store: store, admission: admission, schemas: schemas, limits: limits))
      .routes
      + OpenAPIRoutes(limits: limits).routes + ProblemRoutes().routes
  }

  /// The limits of the parties; a day's count goes on where the process before left it.
  static func quotas(_ limits: Limits, _ store: Store) async throws -> PartyLimits {
    let now = store.surroundings.now
    let sent =
      limits.messagesPerDay > 0
      ? try await store.sent(since: QuotaWindow.midnight(of: now())) : [:]
    return PartyLimits(limits, now: now, sentToday: sent)
  }

  /// The MESH door; closed when the settings name no mailbox.
  private static func mesh(
    _ settings: Settings, _ admission: Admission, _ schemas: SchemaSet,
    _ identify: @escaping EdgeSettings.Identify, _ recorder: RefusedCallRecorder,
    _ quotas: PartyLimits
  ) throws -> MeshDoor {
    let secrets = try MeshSecrets.read(settings.mesh)
    var door = MeshDoor(
      store: admission.store, admission: admission, schemas: schemas,
      table: MeshTable(settings.mesh, secrets: secrets, schemas: schemas),
      limits: settings.limits, identify: identify)
    door.quotas = quotas
    door.refused = { recorder.record(Refusal(.tokenRefused), peer: $0, at: $1) }
    return door
  }

  /// The worker that pushes.
  private static func worker(
    _ settings: Settings, _ store: Store, _ schemas: SchemaSet, _ surroundings: Surroundings,
    _ logger: Logger
  ) throws -> DeliveryWorker {
    DeliveryWorker(
      store: store, delivery: DeliveredEnvelope(schemas: schemas, limits: settings.limits),
      settings: settings.push, identity: try pushIdentity(settings), surroundings: surroundings,
      logger: logger)
  }

  /// What the gateway shows to the endpoints that it calls.
  private static func pushIdentity(_ settings: Settings) throws -> PushIdentity {
    do {
      return try PushIdentity(
        certificateFile: settings.push.certificate ?? settings.certificate,
        keyFile: settings.push.key ?? settings.key)
    } catch {
      throw CertificateFault.cannotRead
    }
  }

  /// The witness that this gateway is for others.
  private static func peerWitness(_ settings: Settings, store: Store) throws -> PeerWitness {
    PeerWitness(
      store: store, signer: try settings.witnessKey.map { try LogKeyFile.readWitness(at: $0) },
      logs: settings.witnessedLogs)
  }

  /// Runs until the process is told to stop (SIGTERM, SIGINT), then ends what was begun: no new
  /// connections, requests in flight answered, a last checkpoint, the journal moved.
  ///
  /// - `others`: services that run beside the gateway, and end before it.
  /// - `last`: one more; with `endsWithIt` the gateway stops when it ends.
  package func run(
    beside others: [any Service] = [], until last: (any Service)? = nil, endsWithIt: Bool = false
  ) async throws {
    var services: [ServiceGroupConfiguration.ServiceConfiguration] = [
      .init(service: publisher),
      .init(service: circle),
      .init(service: DirectoryWatch(store: store, api: api, logger: logger, opened: opened)),
      .init(service: TLSReload(settings: settings, api: api, logger: logger)),
      .init(service: notices),
      .init(service: ChildIndexer(store: store, logger: logger)),
      .init(service: delivery),
      .init(service: waitingWatch),
    ]
    services += Sweep.all(of: store, logger: logger).map { .init(service: $0) }
    services.append(
      .init(
        service: DutyWatch(store: store, surroundings: store.surroundings, logger: logger)))
    if let admin { services.append(.init(service: admin)) }
    services.append(.init(service: api))
    services.append(
      .init(
        service: Lifetime(
          readiness: readiness, store: store, logger: logger, host: settings.host,
          port: api.port)))
    services.append(
      .init(
        service: StoreWatch(store: store), failureTerminationBehavior: .gracefullyShutdownGroup))
    services += others.map { .init(service: $0) }
    if let last {
      services.append(
        .init(
          service: last,
          successTerminationBehavior: endsWithIt ? .gracefullyShutdownGroup : .ignore))
    }
    // Services stop in the reverse order: the doors first, the log's publisher last.
    var configuration = ServiceGroupConfiguration(
      services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    configuration.maximumGracefulShutdownDuration = .seconds(60)
    do {
      try await ServiceGroup(configuration: configuration).run()
    } catch {
      try? store.close()
      throw error
    }
    try store.close()
    logger.notice("gateway.stopped")
  }

  private var waitingWatch: WaitingWatch {
    WaitingWatch(
      store: store, settings: settings.push,
      authority: settings.push.alertAuthority.flatMap { path in
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
      },
      surroundings: store.surroundings, counters: delivery.counters, logger: logger)
  }
}

/// Ends the gateway when the store can promise nothing more: whoever supervises the process
/// starts it anew, and it begins from what is on disk.
private struct StoreWatch: Service {
  let store: Store

  func run() async throws {
    try await cancelWhenGracefulShutdown { try await store.untilFailure() }
  }
}

/// Says that the gateway has started; first to stop: from then on `/readyz` says no, and long polls
/// end at once.
private struct Lifetime: Service {
  let readiness: Readiness
  let store: Store
  let logger: Logger
  let host: String
  let port: Int

  func run() async throws {
    // Said only now that signals are heard: who reads it may stop the gateway at once.
    logger.notice("gateway.started", metadata: ["host": "\(host)", "port": "\(port)"])
    try? await gracefulShutdown()
    readiness.startDraining()
    store.endLongPolls()
  }
}
