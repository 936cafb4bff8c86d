// An immediate message that nobody takes: the hook hears of it once, and of no person.

import ExchangeModel
import Foundation
import MessageLog
import Storage
import Testing
import Validation

@testable import Gateway

@Suite struct AlertTests {
  @Test func theHookIsToldUntilItAnswers() async throws {
    let clock = MovableClock()
    let surroundings = EdgeHarness.surroundings(clock)
    let authority = try CertificateAuthority.create(surroundings: surroundings)
    let file = NSTemporaryDirectory() + "/hook-" + UUID().uuidString + ".pem"
    try authority.certificatePEM.write(toFile: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: file) }
    let receiver = try await PushReceiver.start(
      authority, surroundings, wantsCertificate: false
    ) { number, _ in .empty(number == 1 ? 500 : 200) }
    try await GatewayHarness.with({
      $0.push.alertHook = receiver.url
      $0.push.alertAuthority = file
    }) { gateway in
      let id = try await gateway.admitted { $0.priority = .immediate }
      _ = try await gateway.admitted()
      gateway.clock.move(seconds: 900)
      try await receiver.wait(for: 1)
      gateway.clock.move(seconds: 61)
      try await receiver.wait(for: 2)
      let alert = try JSONDocument.parse(try #require(receiver.all.last).body).root
      #expect(alert["alert"]?.string == "immediate-not-taken")
      #expect(alert["messageId"]?.string == id)
      #expect(alert["recipient"]?.string == Agency.service.rawValue)
      #expect(
        Set(alert.members.map(\.key))
          == ["alert", "messageId", "recipient", "type", "raisedAt"])
      #expect(try await gateway.leafCount(.alertRaised) == 1)
      for _ in 0..<200 where !(try await gateway.store.alertsDue(limit: 1)).isEmpty {
        try await Task.sleep(for: .milliseconds(25))
      }
      gateway.clock.move(seconds: 61)
      try await Task.sleep(for: .milliseconds(600))
      #expect(receiver.all.count == 2)
    }
    await receiver.stop()
  }

  @Test func metricsTellWhatWaits() async throws {
    try await GatewayHarness.with { gateway in
      _ = try await gateway.admitted()
      gateway.clock.move(seconds: 90)
      let text = try await gateway.admin("/metrics").text
      #expect(text.contains("\ngatehouse_waiting_messages 1\n"))
      #expect(text.contains("# TYPE gatehouse_delivery_taken_total counter\n"))
      #expect(text.contains("\ngatehouse_delivery_taken_total 0\n"))
    }
  }
}
