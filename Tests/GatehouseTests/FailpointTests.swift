// Which test lets the process die at which failpoint. Fails when a point has no test, or when the
// test that is named here does not name the point.

import Foundation
import Storage
import Testing

extension GatehouseTests {
  @Suite("failpoints")
  struct FailpointTests {
    /// The file below `Tests/GatehouseTests` with the test. `make faults` goes through those of a
    /// message's way once more, under load.
    private static let tests: [Failpoint: String] = [
      .beforeCommit: "KillTests", .afterCommit: "KillTests", .beforeAnswer: "KillTests",
      .attachmentBeforeRename: "KillTests", .attachmentBeforeRow: "KillTests",
      .checkpointBeforeRow: "KillTests", .checkpointBeforeAnchor: "LogCommandTests",
      .anchorBeforeRename: "LogCommandTests", .cosignatureBeforeRow: "LogCommandTests",
      .witnessBeforeAnswer: "LogCommandTests", .rotationBeforeCommit: "LogCommandTests",
      .noticeBeforeSent: "ConsentTests", .withdrawalBeforeHolds: "ConsentTests",
      .withdrawalAfterHolds: "ConsentTests", .connectorBeforeSent: "ConnectTests",
      .connectorBeforeQuarantine: "ConnectTests", .connectorBeforeNote: "ConnectTests",
      .connectorBeforeAcknowledgement: "ConnectTests", .meshChunkBeforeRow: "MeshKillTests",
      .meshBeforeAdmission: "MeshKillTests", .meshBeforeEnd: "MeshKillTests",
      .pushBeforeSent: "PushKillTests", .pushBeforeRow: "PushKillTests",
      .answerBeforeErasure: "TraceCommandTests",
      .pushAfterRow: "PushKillTests", .alertBeforeRow: "AlertKillTests",
    ]

    @Test("Each has a test, and a line of what it leaves", arguments: Failpoint.allCases)
    func covered(_ point: Failpoint) throws {
      let top = GatehouseProcess.checkout.path
      let name = try #require(
        Self.tests[point], "write a test that dies at \(point), and name its file here")
      let test = try String(
        contentsOfFile: "\(top)/Tests/GatehouseTests/\(name).swift", encoding: .utf8)
      #expect(test.contains(".\(point)"), "\(name) does not name \(point)")
      let guide = try String(contentsOfFile: top + "/ARCHITECTURE.md", encoding: .utf8)
      #expect(guide.contains("`\(point.rawValue)`"), "ARCHITECTURE.md, Crash by crash")
    }
  }
}
