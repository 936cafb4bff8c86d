// A gateway that is killed between telling of an alert and noting it: somebody is told again.

import ExchangeModel
import Foundation
import Gateway
import Storage
import Testing
import Validation

extension GatehouseTests {
  @Suite(
    "kill -9 while alerting", .enabled(if: FaultLibrary.path != nil, "cc and Linux are needed"))
  struct AlertKillTests {
    @Test("An alert that was not noted is told again after the restart, and then no more")
    func toldAgain() async throws {
      let directory = try await SandboxDirectory.make()
      let gateway = try #require(try await ServedGateway(directory))
      let school = try directory.client("4321", port: gateway.port)
      var envelope = try EnvelopeReader.read(
        try Example.envelope(id: "alert"), format: .json
      ).envelope
      envelope.priority = .immediate
      let answer = try await school.send(EnvelopeWriter.write(envelope, as: .json), format: .json)
      try #require(answer.status == 202, "\(answer.text)")
      try await school.close()
      try await gateway.stop()

      // Sixteen minutes later, by a clock that was put forward: fifteen are what it may take.
      let clock = directory.path + "/clock"
      try Data("960".utf8).write(to: URL(fileURLWithPath: clock))
      let later = ["LD_PRELOAD": try #require(FaultLibrary.path), "FAULT_CLOCK": clock]
      let point = Failpoint.alertBeforeRow
      let killed = try await ServedGateway(
        directory, environment: later.merging(["GATEHOUSE_FAILPOINT": point.rawValue]) { $1 })
      if let killed {
        let end = try await killed.process.wait(seconds: 60)
        #expect(end.signal == SIGKILL, "it did not die at \(point)")
        #expect(end.talk.contains("alert.immediate-not-taken"))
      }
      let again = try #require(try await ServedGateway(directory, environment: later))
      try await again.process.waitFor("alert.immediate-not-taken", seconds: 30)
      try await again.stop()
      let last = try #require(try await ServedGateway(directory, environment: later))
      try await Task.sleep(for: .seconds(3))
      #expect(!last.process.talk.contains("alert.immediate-not-taken"))
      try await last.stop()
    }
  }
}
