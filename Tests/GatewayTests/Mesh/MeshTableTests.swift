// What `gatehouse check` says of a MESH table that cannot work.

import ExchangeModel
import Foundation
import Storage
import Testing

@testable import Gateway

@Suite("MESH table")
struct MeshTableTests {
  @Test func namesEachLineThatCannotWork() async throws {
    try await GatewayHarness.withMesh { gateway in
      var settings = gateway.settings
      func warnings() -> [String] {
        GatewayServer.warnings(of: settings, surroundings: gateway.surroundings)
      }
      #expect(warnings() == [])
      let absence = "gatehouse.fifteen-day-absence-notification.v1"
      settings.mesh.workflows = [
        MeshWorkflow(id: "GONE", type: "gatehouse.no-such-type.v1"),
        MeshWorkflow(id: "WRONG", type: absence, purpose: "healthcare-in-school"),
        MeshWorkflow(id: "GOOD", type: absence, purpose: "medical-education"),
      ]
      settings.mesh.opaque = [
        OpaqueWorkflow(id: "GOOD", senders: [], receivers: [], purpose: "no-such-purpose")
      ]
      let unknown = try #require(PartyURN("urn:gatehouse:850:nobody"))
      settings.mesh.mailboxes.append(MeshMailbox(id: "NOBODY", party: unknown))
      try await gateway.store.revoke(certificate: try gateway.spki(.camhs))
      try await gateway.store.setState(of: try Agency.otherSchool.urn(), to: .suspended)
      let expected = [
        "mesh.workflows: GONE: gatehouse.no-such-type.v1 is no message type",
        "mesh.workflows: WRONG: healthcare-in-school is no purpose of its message type",
        "mesh.opaque: GOOD: no-such-purpose is no purpose of",
        "mesh.opaque: GOOD: it is the id of a message type too",
        "mesh.mailboxes: CAMHS: urn:gatehouse:850:ods-rw1 has no certificate that counts",
        "mesh.mailboxes: OTHER: urn:gatehouse:851:4551 is suspended",
        "mesh.mailboxes: NOBODY: urn:gatehouse:850:nobody is no party of this gateway",
      ]
      let found = warnings()
      #expect(found.count == expected.count, "\(found)")
      for (text, start) in zip(found, expected) {
        #expect(text.hasPrefix(start), "\(text)")
      }
      // Before there is a store nobody is registered, and none is made by asking.
      settings.data = gateway.directory + "/none"
      #expect(warnings().count { $0.contains("is no party") } == settings.mesh.mailboxes.count)
      #expect(!FileManager.default.fileExists(atPath: settings.data))
    }
  }
}
