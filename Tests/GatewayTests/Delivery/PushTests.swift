// A real push: from a sender's call to the endpoint of the recipient and back.

import Crypto
import ExchangeModel
import Foundation
import MessageLog
import Storage
import Testing
import Validation

@testable import Gateway

@Suite struct PushTests {
  private func with(
    _ answer: @escaping PushReceiver.Answer = { _, _ in .empty(204) },
    _ change: (inout Settings) -> Void = { _ in },
    _ body: (GatewayHarness, PushReceiver) async throws -> Void
  ) async throws {
    try await GatewayHarness.with(change) { gateway in
      let receiver = try await PushReceiver.start(
        gateway.authority, gateway.surroundings, answer: answer)
      do {
        try await body(gateway, receiver)
      } catch {
        await receiver.stop()
        throw error
      }
      await receiver.stop()
    }
  }

  private func wait(
    for state: String, of id: String, _ gateway: GatewayHarness
  ) async throws {
    let school = try gateway.client(.school)
    var last = ""
    for _ in 0..<1200 {
      last = try await school.call("GET", "/v1/messages/\(id)").member("state")
      if last == state { return }
      try await Task.sleep(for: .milliseconds(25))
    }
    Issue.record("\(last), not \(state)")
  }

  @Test func isSignedInTheRecipientsFormatAndTaken() async throws {
    try await with { gateway, receiver in
      let service = try Agency.service.urn()
      let secret = try #require(
        try await gateway.store.set(receiver.endpoint(of: service, format: .xml)))
      let id = try await gateway.admitted()
      try await receiver.wait(for: 1)
      let push = try #require(receiver.all.first)
      #expect(push.id == id)
      #expect(push.contentType == "application/cloudevents+xml; charset=utf-8")
      let envelope = try EnvelopeReader.read(push.body, format: .xml).envelope
      #expect(envelope.lawfulBasis != nil)
      let signed = Data("\(id).\(push.timestamp).".utf8) + push.body
      let parts = push.signature.split(separator: " ").map(String.init)
      let hmac = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: secret))
      #expect(parts.first == "v1," + Data(hmac).base64EncodedString())
      let key = try #require(try await gateway.store.signingKeys().first)
      let signature = try #require(
        Data(base64Encoded: String((parts.last ?? "").dropFirst("v1a,".count))))
      #expect(
        try Curve25519.Signing.PublicKey(rawRepresentation: key.publicKey)
          .isValidSignature(signature, for: signed))
      try await wait(for: "taken", of: id, gateway)
      #expect(try await gateway.client(.service).inbox() == [])
    }
  }

  /// A party learns from the gateway itself by which keys its pushes are signed; while they change
  /// each of them signs.
  @Test func aPartySeesItsEndpointAndTheKeys() async throws {
    try await with { gateway, receiver in
      let service = try gateway.client(.service)
      #expect(try await service.call("GET", "/v1/endpoint").status == 404)
      _ = try await gateway.store.signingKeys()
      try await gateway.store.rotateSigningKey()
      let secret = try #require(
        try await gateway.store.set(receiver.endpoint(of: try Agency.service.urn())))
      let shown = try await service.call("GET", "/v1/endpoint")
      #expect(shown.status == 200)
      #expect(try AnswerSchemaTests.faults(shown.bytes, by: "Endpoint").isEmpty, "\(shown.text)")
      #expect(try shown.member("url") == receiver.url)
      #expect(!shown.text.contains(Data(secret).base64EncodedString()))
      #expect(try await gateway.client(.school).call("GET", "/v1/endpoint").status == 404)
      let listed = try shown.json()["keys"].map { Array($0.elements) } ?? []
      #expect(listed.count == 2)
      #expect(listed.first?["until"] == nil && listed.last?["until"]?.string != nil)
      let keys = try listed.map { member -> Curve25519.Signing.PublicKey in
        let text = member["key"]?.string ?? ""
        let bytes = try #require(Data(base64Encoded: String(text.dropFirst("whpk_".count))))
        return try Curve25519.Signing.PublicKey(rawRepresentation: bytes)
      }
      let id = try await gateway.admitted()
      try await receiver.wait(for: 1)
      let push = try #require(receiver.all.first)
      let signed = Data("\(id).\(push.timestamp).".utf8) + push.body
      let signatures = push.signature.split(separator: " ").filter { $0.hasPrefix("v1a,") }
        .compactMap { Data(base64Encoded: String($0.dropFirst("v1a,".count))) }
      #expect(signatures.count == 2)
      for key in keys {
        #expect(signatures.contains { key.isValidSignature($0, for: signed) })
      }
      try await gateway.store.retireEndpoint(of: try Agency.service.urn(), because: "operator")
      let retired = try await service.call("GET", "/v1/endpoint")
      #expect(try retired.member("state") == "retired" && retired.member("reason") == "operator")
      #expect(try AnswerSchemaTests.faults(retired.bytes, by: "Endpoint").isEmpty)
    }
  }

  @Test func aRefusalInTheAnswerIsTheRecipients() async throws {
    let refusing: PushReceiver.Answer = { _, _ in
      .json(Array(#"{"outcome":"refused","reason":"wrong-person"}"#.utf8))
    }
    try await with(refusing) { gateway, receiver in
      try await gateway.store.set(receiver.endpoint(of: try Agency.service.urn()))
      let id = try await gateway.admitted()
      try await wait(for: "refused", of: id, gateway)
    }
  }

  @Test func failsAndComesAgain() async throws {
    let second: PushReceiver.Answer = { number, _ in .empty(number == 1 ? 500 : 200) }
    try await with(second) { gateway, receiver in
      try await gateway.store.set(receiver.endpoint(of: try Agency.service.urn()))
      let id = try await gateway.admitted()
      try await receiver.wait(for: 1)
      for _ in 0..<400 where try await gateway.leafCount(.deliveryFailed) == 0 {
        try await Task.sleep(for: .milliseconds(25))
      }
      gateway.clock.move(seconds: 6)
      try await wait(for: "taken", of: id, gateway)
      #expect(Set(receiver.all.map(\.id)) == [id])
      #expect(try await gateway.leafCount(.deliveryAttempted) == 2)
    }
  }

  @Test func aClockThatIsPutBackDelaysNothing() async throws {
    let days: Int64 = 20 * 86_400
    let second: PushReceiver.Answer = { number, _ in .empty(number < 6 ? 500 : 200) }
    try await with(second) { gateway, receiver in
      gateway.clock.move(seconds: days)
      try await gateway.store.set(receiver.endpoint(of: try Agency.service.urn()))
      let id = try await gateway.admitted()
      // Failures enough to open the breaker: it too must not wait for days.
      for number in 1...5 {
        for _ in 0..<400 where try await gateway.leafCount(.deliveryFailed) < number {
          try await Task.sleep(for: .milliseconds(25))
        }
        gateway.clock.move(seconds: number < 5 ? 301 : -days)
      }
      try await wait(for: "taken", of: id, gateway)
      #expect(receiver.all.count == 6)
    }
  }

  @Test func redirectsAreNotFollowedAndOthersKeysNotTalkedTo() async throws {
    let elsewhere: PushReceiver.Answer = { _, _ in
      .empty(307, fields: ["Location": "https://localhost/elsewhere"])
    }
    try await with(elsewhere) { gateway, receiver in
      let service = try Agency.service.urn()
      try await gateway.store.set(
        receiver.endpoint(of: service, pins: [String(repeating: "0", count: 64)]))
      let id = try await gateway.admitted()
      for _ in 0..<400 where try await gateway.leafCount(.deliveryFailed) == 0 {
        try await Task.sleep(for: .milliseconds(25))
      }
      #expect(receiver.all.isEmpty)
      #expect(gateway.log.text.contains("key-not-pinned"))
      try await gateway.store.set(
        receiver.endpoint(of: service, authorities: gateway.authority.certificatePEM))
      try await receiver.wait(for: 1)
      for _ in 0..<400 where try await gateway.leafCount(.deliveryFailed) == 1 {
        try await Task.sleep(for: .milliseconds(25))
      }
      #expect(gateway.log.text.contains("status-307"))
      let state = try await gateway.client(.school).call("GET", "/v1/messages/\(id)")
      #expect(try state.member("state") == "awaiting")
    }
  }

  @Test func loopbackIsNotCalledUnlessNamed() async throws {
    try await with({ _, _ in .empty(204) }, { $0.push.allowedNetworks = [] }) {
      gateway, receiver in
      try await gateway.store.set(receiver.endpoint(of: try Agency.service.urn()))
      _ = try await gateway.admitted()
      for _ in 0..<400 where try await gateway.leafCount(.deliveryFailed) == 0 {
        try await Task.sleep(for: .milliseconds(25))
      }
      #expect(receiver.all.isEmpty)
      #expect(gateway.log.text.contains("address-refused"))
    }
  }

  @Test func goneRetiresTheEndpointAndTheMessageWaits() async throws {
    try await with({ _, _ in .empty(410) }) { gateway, receiver in
      let service = try Agency.service.urn()
      try await gateway.store.set(receiver.endpoint(of: service))
      let id = try await gateway.admitted()
      for _ in 0..<400 {
        if try await gateway.store.endpoint(of: service)?.state == .retired { break }
        try await Task.sleep(for: .milliseconds(25))
      }
      #expect(try await gateway.store.endpoint(of: service)?.reason == "gone")
      #expect(try await gateway.client(.service).inbox() == [id])
    }
  }
}
