// Parties that a scenario needs beside those of every harness, and the published examples in their
// names. All invented.

import ExchangeModel
import Foundation
import Storage
import Testing
import Validation

@testable import Gateway

/// The roles of the sandbox's parties that the published examples speak as.
enum ScenarioParty: String {
  case cme = "urn:gatehouse:850:cme"
  case neighbourCME = "urn:gatehouse:851:cme"
  case sen = "urn:gatehouse:850:sen"
  case socialCare = "urn:gatehouse:850:csc"
  case partnershipService = "urn:gatehouse:800:sps"
  case officer = "urn:gatehouse:850:dpo"
  case gateway = "urn:gatehouse:850:gatehouse"
  case transferDesk = "urn:gatehouse:850:transfers"
  case lostPupilPool = "urn:gatehouse:000:lost-pupil-pool"
  case secondSchool = "urn:gatehouse:850:9901"

  var role: String {
    switch self {
    case .cme, .neighbourCME: "children-missing-education"
    case .transferDesk: "local-authority-transfers"
    case .lostPupilPool: "lost-pupil-pool"
    case .sen: "sen-casework"
    case .socialCare: "childrens-social-care"
    case .partnershipService: "send-partnership-service"
    case .officer: "data-protection-officer"
    case .gateway: "gateway"
    case .secondSchool: "school"
    }
  }
}

extension GatewayHarness {
  /// Registers a party with a certificate, and returns its client.
  @discardableResult
  func join(
    _ party: ScenarioParty, country: String = "GB", purposes: [String]? = nil
  ) async throws -> PartyClient {
    let urn = try #require(PartyURN(party.rawValue))
    let base = "\(directory)/\(party)-\(UUID().uuidString)"
    let summary = try CertificateFiles.issue(
      .party(urn, at: clock.now()), by: authority, certificateFile: base + ".pem",
      keyFile: base + ".key.pem", surroundings: surroundings)
    try await store.register(
      Party(
        urn: urn, name: "Invented \(party)", role: PartyRole(rawValue: party.role),
        country: country, purposes: purposes,
        certificates: [
          PartyCertificate(
            spkiSHA256: summary.spkiSHA256, notBefore: summary.notBefore,
            notAfter: summary.notAfter)
        ]))
    return try client(
      of: ClientProfile(
        url: "https://localhost:\(server.api.port)",
        certificateAuthority: directory + "/ca.pem", certificate: base + ".pem",
        key: base + ".key.pem", party: party.rawValue))
  }
}

extension PartyClient {
  /// Sends a published example under an id of its own.
  func sendExample(
    _ path: String, id: String = UUID().uuidString.lowercased(),
    _ change: (inout Envelope) throws -> Void = { _ in }
  ) async throws -> ClientAnswer {
    try await send(try SampleEnvelopes.json(path, id: id, change), format: .json)
  }

  /// The envelope of a message in the inbox, as JSON.
  func fetch(_ id: String) async throws -> ClientAnswer {
    try await call("GET", "/v1/inbox/\(id)")
  }

  /// The types of the messages in the inbox, waiting until one of `type` is there.
  func wait(for type: String) async throws -> JSONNode {
    for _ in 0..<400 {
      let page = try await call("GET", "/v1/inbox").json()
      let found = page["messages"]?.elements.first { $0["type"]?.string == type }
      if let id = found?["messageId"]?.string {
        return try await fetch(id).json()
      }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw NeverCame(type: type)
  }
}

struct NeverCame: Error { let type: String }
