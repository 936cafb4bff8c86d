// A gateway that is killed in the middle of a push: the message comes again with the same id, and
// is taken once. At every failpoint of a push.

import ExchangeModel
import Foundation
import Gateway
import Storage
import Synchronization
import Testing
import Validation

extension GatehouseTests {
  @Suite("kill -9 while pushing")
  struct PushKillTests {
    @Test(
      "At every failpoint of a push it goes on after the restart",
      arguments: [Failpoint.pushBeforeSent, .pushBeforeRow, .pushAfterRow])
    func goesOn(_ point: Failpoint) async throws {
      let directory = try await SandboxDirectory.make()
      let receiver = try await HookReceiver.start(directory)
      let set = try await GatehouseProcess.run([
        "party", "endpoint", "set", "--config", directory.config, "--url", receiver.url, "--pin",
        receiver.pin, "urn:gatehouse:850:iss",
      ])
      try #require(set.code == 0, "\(set.talk)")
      #expect(set.out.hasPrefix("whsec_"))
      let armed = ["GATEHOUSE_FAILPOINT": "\(point.rawValue):1"]
      let gateway = try #require(try await ServedGateway(directory, environment: armed))
      let school = try directory.client("4321", port: gateway.port)
      let envelope = try Example.envelope(id: "\(point.rawValue)")
      // It may die before the answer is out: then its sender sends again, as senders do.
      _ = try? await school.send(envelope, format: .json)
      let end = try await gateway.process.wait(seconds: 30)
      #expect(end.signal == SIGKILL, "it did not die at \(point)")
      try? await school.close()
      let before = receiver.ids
      let again = try #require(try await ServedGateway(directory))
      let client = try directory.client("4321", port: again.port)
      let answer = try await client.send(envelope, format: .json)
      try #require(answer.status == 200, "\(answer.text)")
      let id = try JSONDocument.parse(answer.bytes).root["messageId"]?.string ?? ""
      #expect(before == (point == .pushBeforeSent ? [] : [id]))
      var state = ""
      for _ in 0..<600 where state != "taken" {
        let status = try await client.call("GET", "/v1/messages/\(id)")
        state = try JSONDocument.parse(status.bytes).root["state"]?.string ?? ""
        if state != "taken" { try await Task.sleep(for: .milliseconds(50)) }
      }
      #expect(state == "taken")
      // What was answered before the row was written comes twice; with the row, never again.
      #expect(receiver.ids == (point == .pushBeforeRow ? [id, id] : [id]))
      try await client.close()
      try await again.stop()
      await receiver.stop()
      let verified = try await GatehouseProcess.run(["log", "verify", "--config", directory.config])
      #expect(verified.code == 0, "\(verified.talk)")
    }
  }
}

/// An endpoint in this process, with a certificate of the sandbox's authority.
private final class HookReceiver: Sendable {
  private final class Book: Sendable {
    let ids = Mutex<[String]>([])
  }

  let pin: String
  private let server: EdgeServer
  private let book: Book

  var url: String { "https://localhost:\(server.port)/push" }
  var ids: [String] { book.ids.withLock { $0 } }

  private init(_ server: EdgeServer, _ book: Book, pin: String) {
    self.server = server
    self.book = book
    self.pin = pin
  }

  static func start(_ directory: SandboxDirectory) async throws -> HookReceiver {
    let folder = URL(fileURLWithPath: directory.config).deletingLastPathComponent().path
    let authority = try CertificateFiles.loadAuthority(directory: folder)
    let certificate = try authority.issue(
      .server(at: Surroundings.system.now()), surroundings: .system)
    let book = Book()
    var settings = EdgeSettings(
      surroundings: .system, logger: .gatehouse(level: "critical"))
    settings.tls = TLSSettings(
      certificateChain: certificate.certificatePEM, privateKey: certificate.keyPEM ?? "",
      authorities: authority.certificatePEM)
    let route = Route(.post, "/push", body: .buffered(limit: 1 << 20), access: .anyone) { request in
      book.ids.withLock { $0.append(request.header("webhook-id") ?? "") }
      return .empty(204)
    }
    return HookReceiver(
      try await EdgeServer.start(settings, routes: [route]), book,
      pin: certificate.summary.spkiSHA256)
  }

  func stop() async { await server.stop() }
}
