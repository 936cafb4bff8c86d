// `gatehouse party …`: the party directory, at the gateway's own machine.
// Works while the gateway runs: what is taken away counts at its next request, what is granted
// within a fifth of a second.

import ArgumentParser
import ExchangeModel
import Foundation
import Gateway
import Storage
import Validation

struct PartyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "party", abstract: "The directory of parties and their certificates.",
    subcommands: [
      List.self, Add.self, Suspend.self, Resume.self, AddCertificate.self,
      RevokeCertificate.self, EndpointCommand.self,
    ])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the parties.")

    @OptionGroup var options: StoreOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      let parties = try await options.withStore { try await $0.currentDirectory().all }
      if json {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return print(String(decoding: try encoder.encode(parties), as: UTF8.self))
      }
      for party in parties {
        let live = party.certificates.count { $0.state == .live }
        print("\(party.urn)\t\(party.role)\t\(party.state)\t\(live) certificate(s)\t\(party.name)")
      }
    }
  }

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Add a party, or change its name and role.")

    @OptionGroup var options: StoreOptions
    @Option(help: "What kind of agency, e.g. school.") var role: String
    @Option(help: "The agency's name.") var name: String
    @Option(help: "Where it processes what it is sent: ISO 3166 alpha-2.") var country = "GB"
    @Option(help: "A purpose it is registered for; repeat it. Default: those of its role.")
    var purpose: [String] = []
    @Option(help: "Its first certificate, PEM.") var certificate: String?
    @Argument(help: "urn:gatehouse:<la>:<slug>") var urn: String

    func run() async throws {
      let urn = try readURN(urn)
      let registered = try certificate.map(CertificateFile.read)
      guard country.utf8.count == 2, country.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else {
        throw CommandFailure(.usage, "not a country; write two capitals, such as GB")
      }
      try await options.withStore { store in
        try await store.register(
          Party(
            urn: urn, name: name, role: PartyRole(rawValue: role), country: country,
            purposes: purpose.isEmpty ? nil : purpose,
            certificates: registered.map { [$0] } ?? []))
      }
      Terminal.say("\(urn) is registered.")
    }
  }

  struct Suspend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Suspend a party: its next request is refused.")

    @OptionGroup var options: StoreOptions
    @Argument(help: "The party's URN.") var urn: String

    func run() async throws {
      let urn = try readURN(urn)
      try await options.withStore { try await $0.setState(of: urn, to: .suspended) }
      Terminal.say("\(urn) is suspended.")
    }
  }

  struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Let a suspended party speak again.")

    @OptionGroup var options: StoreOptions
    @Argument(help: "The party's URN.") var urn: String

    func run() async throws {
      let urn = try readURN(urn)
      try await options.withStore { try await $0.setState(of: urn, to: .live) }
      Terminal.say("\(urn) is live.")
    }
  }

  struct AddCertificate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "add-certificate",
      abstract: "Register a further certificate, for rotation; the others stay live.")

    @OptionGroup var options: StoreOptions
    @Argument(help: "The party's URN.") var urn: String
    @Argument(help: "The certificate, PEM.") var file: String

    func run() async throws {
      let urn = try readURN(urn)
      let certificate = try CertificateFile.read(file)
      try await options.withStore { try await $0.register(certificate, of: urn) }
      print(certificate.spkiSHA256)
    }
  }

  struct RevokeCertificate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "revoke-certificate",
      abstract: "Revoke a certificate: the next request made with it is refused.")

    @OptionGroup var options: StoreOptions
    @Argument(help: "The certificate (PEM), or the SHA-256 of its public key in hex.")
    var certificate: String

    func run() async throws {
      let digest =
        FileManager.default.fileExists(atPath: certificate)
        ? try CertificateFile.read(certificate).spkiSHA256 : certificate
      try await options.withStore { try await $0.revoke(certificate: digest) }
      Terminal.say("\(digest) is revoked.")
    }
  }
}

/// Throws what names the remedy when it is not one.
func readURN(_ text: String) throws -> PartyURN {
  guard let urn = PartyURN(text) else {
    throw CommandFailure(.usage, "not a party URN; write urn:gatehouse:<la>:<slug>")
  }
  return urn
}
