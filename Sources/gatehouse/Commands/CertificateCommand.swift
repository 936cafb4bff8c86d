// `gatehouse certificate …`: an authority, server and party certificates for development and
// small deployments. Never overwrites a key.

import ArgumentParser
import ExchangeModel
import Foundation
import Gateway
import MessageLog
import Validation

struct CertificateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "certificate", abstract: "Make and inspect certificates.",
    discussion: "certs/README.md explains which certificates there are and what checks them.",
    subcommands: [Authority.self, Server.self, IssueParty.self, LogKey.self, Inspect.self])

  struct Authority: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a certificate authority: ca.pem and ca.key.pem.")

    @Option(help: "The folder to make it in.") var directory: String
    @Option(help: "The authority's name.") var name = "Gatehouse authority"
    @Option(help: "Days it is valid.") var days: Int64 = 3650

    func run() async throws {
      try CertificateFile.throwing {
        _ = try CertificateFiles.createAuthority(
          directory: directory, name: name, days: days, surroundings: .system)
      }
      Terminal.say("Made \(directory)/ca.pem; keep ca.key.pem off the gateway's machine.")
    }
  }

  struct Server: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Issue the gateway's certificate: server.pem and server.key.pem.")

    @Option(help: "The authority's folder.") var authority: String
    @Option(help: "A DNS name it is for; may be repeated.") var dns: [String] = []
    @Option(help: "An IP address it is for; may be repeated.") var address: [String] = []
    @Option(help: "Days it is valid.") var days: Int64 = 90
    @Option(help: "The folder to write to.") var output = "."

    func run() async throws {
      let order = CertificateOrder.server(
        dnsNames: dns.isEmpty && address.isEmpty ? ["localhost"] : dns,
        addresses: dns.isEmpty && address.isEmpty ? ["127.0.0.1", "::1"] : address,
        days: days, at: Surroundings.system.now())
      try issue(order, authority: authority, to: output, name: "server")
    }
  }

  struct IssueParty: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "party",
      abstract: "Issue a party's certificate, with a new key or for a signing request.")

    @Option(help: "The authority's folder.") var authority: String
    @Option(help: "Days it is valid.") var days: Int64 = 90
    @Option(help: "A PKCS#10 signing request (PEM); the key then stays where it is.")
    var request: String?
    @Option(help: "The folder to write to.") var output = "."
    @Argument(help: "The party's URN.") var urn: String

    func run() async throws {
      guard let urn = PartyURN(urn) else {
        throw CommandFailure(.usage, "not a party URN; write urn:gatehouse:<la>:<slug>")
      }
      let order = CertificateOrder.party(urn, days: days, at: Surroundings.system.now())
      guard let request else {
        return try issue(order, authority: authority, to: output, name: "party")
      }
      try CertificateFile.throwing {
        let signer = try CertificateFiles.loadAuthority(directory: authority)
        let summary = try CertificateFiles.issue(
          order, by: signer, signingRequestFile: request,
          certificateFile: output + "/party.pem", surroundings: .system)
        print(summary.spkiSHA256)
      }
    }
  }

  struct LogKey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "log-key", abstract: "Make the message log's signing key.")

    @Option(help: "The log's name: a schemeless URL, e.g. gatehouse.example/log/850.")
    var origin: String
    @Option(help: "The private key's file.") var key = "log.key.pem"
    @Option(help: "The public key's file.") var vkey = "log.vkey"

    func run() async throws {
      let signer = try LogKeyFile.create(
        at: key, vkeyFile: vkey, origin: origin, surroundings: .system)
      print(signer.key.vkey)
    }
  }

  struct Inspect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say what certificates hold, the key's SHA-256 among it.")

    @Flag(help: "Print JSON.") var json = false
    @Argument(help: "PEM files.") var files: [String]

    func run() async throws {
      for file in files {
        for summary in try CertificateFile.throwing({ try CertificateFiles.inspect(file) }) {
          show(summary, file)
        }
      }
    }

    private func show(_ summary: CertificateSummary, _ file: String) {
      let fields = [
        ("file", file), ("subject", summary.subject), ("issuer", summary.issuer),
        ("serialNumber", summary.serialNumber), ("notBefore", summary.notBefore.description),
        ("notAfter", summary.notAfter.description), ("spkiSha256", summary.spkiSHA256),
        ("usages", summary.usages.map(\.rawValue).joined(separator: " ")),
      ]
      guard json else {
        for (name, value) in fields { print("\(name)\t\(value)") }
        return
      }
      var writer = JSONWriter()
      writer.beginObject()
      for (name, value) in fields {
        writer.key(name)
        writer.string(value)
      }
      writer.endObject()
      print(String(decoding: writer.bytes, as: UTF8.self))
    }
  }
}

private func issue(
  _ order: CertificateOrder, authority: String, to output: String, name: String
) throws {
  try CertificateFile.throwing {
    let signer = try CertificateFiles.loadAuthority(directory: authority)
    let summary = try CertificateFiles.issue(
      order, by: signer, certificateFile: "\(output)/\(name).pem",
      keyFile: "\(output)/\(name).key.pem", surroundings: .system)
    print(summary.spkiSHA256)
  }
}

/// Reads a party's certificate from a file, and tells faults as the command does.
enum CertificateFile {
  /// The first certificate of a PEM file, as the directory registers it.
  static func read(_ path: String) throws -> PartyCertificate {
    let summaries = try throwing { try CertificateFiles.inspect(path) }
    guard let summary = summaries.first else {
      throw CommandFailure(.usage, "\(path): no certificate is there")
    }
    return PartyCertificate(
      spkiSHA256: summary.spkiSHA256, notBefore: summary.notBefore, notAfter: summary.notAfter)
  }

  static func throwing<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let fault as CertificateFault {
      throw CommandFailure(.error, fault.rawValue)
    }
  }
}
