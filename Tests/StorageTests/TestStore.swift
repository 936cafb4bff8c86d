// A store in a fresh folder with invented parties, a clock that is moved by hand and seeded
// randomness. The database is a real file; nothing is mocked.

import Crypto
import ExchangeModel
import Foundation
import GRDB
import MessageLog
import Policy
import Storage
import Synchronization

/// The time and the chance of one test.
final class TestSurroundings: Sendable {
  private struct State {
    var now: Timestamp
    var generator: UInt64
  }

  private let state: Mutex<State>

  init(seed: UInt64 = 1) {
    // 2026-11-21T09:00:00Z
    state = Mutex(State(now: Timestamp(milliseconds: 1_795_251_600_000), generator: seed))
  }

  var now: Timestamp { state.withLock { $0.now } }

  func advance(seconds: Int64) { state.withLock { $0.now = $0.now.adding(seconds: seconds) } }

  var surroundings: Surroundings {
    Surroundings(now: { self.now }, random: { self.random() })
  }

  /// SplitMix64.
  private func random() -> UInt64 {
    state.withLock { state in
      state.generator &+= 0x9E37_79B9_7F4A_7C15
      var word = state.generator
      word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
      word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
      return word ^ (word >> 31)
    }
  }
}

/// An invented agency.
struct Agency: Sendable {
  let urn: PartyURN
  let role: String
  let spki: String

  init(_ text: String, role: String, digit: Character) {
    guard let urn = PartyURN(text) else { preconditionFailure("a party URN") }
    self.urn = urn
    self.role = role
    spki = String(repeating: digit, count: 64)
  }

  static let school = Agency("urn:gatehouse:850:4321", role: "school", digit: "a")
  static let iss = Agency("urn:gatehouse:850:iss", role: "inclusion-support-service", digit: "b")
  static let cme = Agency("urn:gatehouse:850:cme", role: "children-missing-education", digit: "c")
  static let all = [school, iss, cme]

  func party(state: Party.State = .live) -> Party {
    Party(
      urn: urn, name: "Invented agency \(urn.slug)", role: PartyRole(rawValue: role),
      state: state, certificates: [certificate(spki)])
  }

  func certificate(_ spki: String) -> PartyCertificate {
    PartyCertificate(
      spkiSHA256: spki, notBefore: Timestamp(milliseconds: 1_700_000_000_000),
      notAfter: Timestamp(milliseconds: 1_900_000_000_000))
  }
}

/// A store with its folder, which goes away with it.
final class TestStore: Sendable {
  let folder: String
  let time: TestSurroundings
  let store: Store
  private let ownsFolder: Bool

  var path: String { folder + "/gatehouse.sqlite" }

  /// A new store with the three agencies in it.
  static func make(
    limits: Limits = Limits(), time: TestSurroundings = TestSurroundings()
  ) async throws -> TestStore {
    let folder = NSTemporaryDirectory() + "/gatehouse-storage-" + UUID().uuidString
    let made = try TestStore(folder: folder, time: time, limits: limits, ownsFolder: true)
    for agency in Agency.all { try await made.store.register(agency.party()) }
    return made
  }

  /// Opens what lies in a folder.
  init(
    folder: String, time: TestSurroundings, limits: Limits = Limits(), ownsFolder: Bool = false
  ) throws {
    self.folder = folder
    self.time = time
    self.ownsFolder = ownsFolder
    store = try Store(
      directory: folder, limits: limits, surroundings: time.surroundings,
      access: Policy.decideAccess, due: Policy.reckonDue)
  }

  deinit {
    try? store.close()
    if ownsFolder { try? FileManager.default.removeItem(atPath: folder) }
  }

  /// Another connection to the same file, as an operator's tool or a vandal has it.
  func tool() throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    configuration.busyMode = .timeout(5)
    return try DatabaseQueue(path: path, configuration: configuration)
  }

  func count(_ table: String) throws -> Int {
    try tool().read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") ?? 0 }
  }

  /// The codes of the refusals in the log, in order.
  func refusals() throws -> [String] {
    let events = try tool().read {
      try Data.fetchAll($0, sql: "SELECT event FROM leaf ORDER BY leaf_index")
    }
    return try events.map { try LogEvent(canonicalBytes: Array($0)) }
      .filter { $0.kind == .refused }.compactMap { $0[.code] }
  }

  /// Admits a message from the school to ISS, and returns its receipt.
  @discardableResult
  func admit(_ submission: Submission) async throws -> Receipt {
    let outcome = try await store.admit(submission, decide: permitAll)
    guard case .admitted(let receipt) = outcome else { throw Unexpected(outcome: "\(outcome)") }
    return receipt
  }

  /// Admits many messages at once, so that they share their syncs.
  func admitMany(_ ids: some Sequence<String>) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for id in ids { group.addTask { try await self.admit(submission(id)) } }
      try await group.waitForAll()
    }
  }
}

struct Unexpected: Error { let outcome: String }

let permitAll: @Sendable (Facts) -> Decision = { _ in .permitted }

extension Decision {
  static let permitted = decision(.permit)

  static func denied(_ code: RefusalCode) -> Decision { decision(.deny, code) }

  private static func decision(
    _ verdict: RuleOutcome.Verdict, _ code: RefusalCode? = nil
  ) -> Decision {
    Decision(
      rules: [
        RuleOutcome(
          rule: "sender", verdict: .permit, source: "DESIGN 4.1", reason: "The sender is known."),
        RuleOutcome(
          rule: "route", verdict: verdict, source: "catalogue", reason: "The route.", code: code),
      ],
      obligations: [Obligation(kind: "retain", detail: "R.MED")],
      grounds: Grounds(
        purpose: "medical-education", lawfulBasis: "uk-gdpr:A6-1-e",
        specialCondition: "dpa2018:sch1-6", legalGateway: nil),
      policyVersion: "1", catalogueVersion: "c1")
  }
}

/// Message types as folders would describe them, without rules.
enum SampleTypes {
  static let vocabulary = Vocabulary(
    purposes: [], lawfulBases: [], specialConditions: [], legalGateways: [], consentRules: [],
    purposeCompatibility: .init(samePurpose: .allowed, unlisted: .refused, table: [:]),
    roles: [], dataCategories: [])

  static func type(_ slug: String, _ change: [String: Any] = [:]) -> MessageType {
    var object: [String: Any] = [
      "type": "gatehouse.\(slug).v1", "slug": slug, "version": 1, "code": "SAM.PLE",
      "title": "Sample", "description": "A sample.", "routes": [Any](),
      "purposes": ["medical-education"], "lawfulBases": ["uk-gdpr:A6-1-e"],
      "specialConditions": [String](), "legalGateways": [String](), "consentRule": "CN0",
      "expectedReplies": [Any](), "retention": ["rule": "R.MED", "text": "A year."],
      "attachments": [Any](), "sensitivity": "OFFICIAL-SENSITIVE", "priority": "routine",
      "childIdentifiers": [String: String](),
    ]
    object.merge(change) { $1 }
    do {
      return try JSONDecoder().decode(
        MessageType.self, from: try JSONSerialization.data(withJSONObject: object))
    } catch {
      preconditionFailure("\(error)")
    }
  }

  static let referral = type("medical-referral")
}

/// A message from the school to ISS unless told otherwise.
func submission(
  _ id: String, from source: Agency = .school, to recipient: PartyURN = Agency.iss.urn,
  content: String = "{\"sample\":true}", expiresAt: Timestamp? = nil,
  attachments: [AttachmentClaim] = [], spki: String? = nil, purpose: String = "medical-education",
  facts: ContentFacts = ContentFacts(), type: MessageType = SampleTypes.referral,
  alter: (inout Envelope) -> Void = { _ in }
) -> Submission {
  var envelope = Envelope(
    id: id, source: source.urn, type: type.type, recipient: recipient,
    purpose: Purpose(rawValue: purpose),
    payload: Payload(format: .json, bytes: Array(content.utf8)))
  alter(&envelope)
  return Submission(
    envelope: envelope,
    claims: Claims(
      envelope: envelope, content: facts, messageType: type,
      vocabulary: SampleTypes.vocabulary, catalogueVersion: "c1"),
    content: facts, messageType: type, received: Array(content.utf8), format: .json,
    priority: .routine, expiresAt: expiresAt, attachments: attachments,
    sender: .certificate(spki ?? source.spki))
}

/// The log's key in tests, and what publishes and verifies with it.
enum LogKey {
  static func signer() throws -> NoteSigner {
    guard let name = KeyName("gatehouse.example/log") else { throw Unexpected(outcome: "name") }
    return try NoteSigner(name: name, kind: .ed25519, seed: Array(repeating: 7, count: 32))
  }

  static func publish(_ store: Store) async throws -> PublishedTree {
    let signer = try signer()
    return try await store.publishCheckpoint { size, root in
      try Checkpoint(origin: signer.key.name, size: size, root: root).signed(by: signer)
    }
  }

  static func verify(_ store: Store) async throws -> LogVerification {
    let key = try signer().key
    return try await store.verifyLog(
      openNote: { note in
        let checkpoint = try Checkpoint.open(note, log: key).checkpoint
        return (checkpoint.size, checkpoint.root)
      }, progress: { _, _ in })
  }
}

func sha256(_ bytes: [UInt8]) -> String { Hex.text(SHA256.hash(data: bytes)) }

extension Row {
  /// A column's bytes; empty when it is NULL.
  func withData(_ column: String) -> [UInt8] {
    let data: Data? = self[column]
    return data.map { Array($0) } ?? []
  }
}
