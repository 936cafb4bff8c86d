// `gatehouse party endpoint …`: where a party takes what is pushed to it, and what signs it.
// Prints a secret once, when it is made; shows it never again.

import ArgumentParser
import ExchangeModel
import Foundation
import Gateway
import Storage
import Validation

struct EndpointCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "endpoint", abstract: "Where parties take what is pushed to them.",
    subcommands: [
      Set.self, Show.self, List.self, Retire.self, RotateSecret.self, Keys.self, RotateKey.self,
    ])

  struct Set: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Set a party's endpoint; what waits for it is pushed from now on.")

    @OptionGroup var options: StoreOptions
    @Option(help: "https://host[:port]/path") var url: String
    @Option(help: "json or xml, whatever the sender's was.") var format = "json"
    @Option(help: "SHA-256 of a public key that its certificate may have; repeat it.")
    var pin: [String] = []
    @Option(help: "The authorities that its certificate must chain to, PEM.")
    var authority: String?
    @Option(help: "Its certificate, PEM: pins the key in it.") var certificate: String?
    @Option(help: "A secret agreed before, whsec_…; else one is made at the first setting.")
    var secret: String?
    @Argument(help: "The party's URN.") var urn: String

    func run() async throws {
      let party = try readURN(urn)
      guard EndpointURL(url) != nil else {
        throw CommandFailure(.usage, "not an endpoint; write https://host[:port]/path")
      }
      guard let format = ContentFormat(rawValue: format) else {
        throw CommandFailure(.usage, "not a format; write json or xml")
      }
      var pins = pin.map { $0.lowercased() }
      if let certificate { pins.append(try CertificateFile.read(certificate).spkiSHA256) }
      guard pins.allSatisfy({ $0.utf8.count == 64 && Hex.decode($0.utf8) != nil }) else {
        throw CommandFailure(.usage, "not a pin; write 64 hexadecimal digits")
      }
      let authorities = try authority.map { path in
        guard let data = FileManager.default.contents(atPath: path),
          CertificateFiles.isChain(String(decoding: data, as: UTF8.self))
        else { throw CommandFailure(.usage, "\(path): not PEM certificates") }
        return String(decoding: data, as: UTF8.self)
      }
      guard !pins.isEmpty || authorities != nil else {
        throw CommandFailure(.usage, "say whom to trust: --pin, --certificate or --authority")
      }
      let given = try secret.map { text in
        guard let bytes = WebhookSignature.secret(text) else {
          throw CommandFailure(.usage, "not a secret; write whsec_ and base64 of 24 to 64 bytes")
        }
        return bytes
      }
      let endpoint = Endpoint(
        party: party, url: url, format: format, pins: pins, authorities: authorities)
      let made = try await options.withStore { try await $0.set(endpoint, secret: given) }
      Terminal.say("\(party) takes its messages at the endpoint.")
      if let made, given == nil {
        Terminal.say("Hand this secret to the party; it is not shown again.")
        print(WebhookSignature.secretText(made))
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show a party's endpoint.")

    @OptionGroup var options: StoreOptions
    @Flag(help: "Print JSON.") var json = false
    @Argument(help: "The party's URN.") var urn: String

    func run() async throws {
      let party = try readURN(urn)
      let found = try await options.withStore { store in
        (try await store.endpoint(of: party), try await store.endpointSecrets(of: party))
      }
      guard let endpoint = found.0 else { throw CommandFailure(.notFound, "it has no endpoint") }
      let shown = EndpointText(endpoint, secrets: found.1)
      print(json ? shown.json : shown.lines)
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the endpoints.")

    @OptionGroup var options: StoreOptions
    @Flag(help: "Print JSON, one object a line.") var json = false

    func run() async throws {
      let endpoints = try await options.withStore { try await $0.endpoints() }
      for endpoint in endpoints {
        let shown = EndpointText(endpoint, secrets: [])
        print(
          json ? shown.json : "\(endpoint.party)\t\(endpoint.state)\t\(endpoint.url)")
      }
    }
  }

  struct Retire: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Push nothing more to a party; what waits can be fetched.")

    @OptionGroup var options: StoreOptions
    @Argument(help: "The party's URN.") var urn: String

    func run() async throws {
      let party = try readURN(urn)
      try await options.withStore { try await $0.retireEndpoint(of: party, because: "operator") }
      Terminal.say("\(party) has no live endpoint any more.")
    }
  }

  struct RotateSecret: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "rotate-secret",
      abstract: "Make a new secret; the old one signs beside it for a while.")

    @OptionGroup var options: StoreOptions
    @Option(help: "Hours for which both sign.") var overlap: Int = 24
    @Argument(help: "The party's URN.") var urn: String

    func run() async throws {
      let party = try readURN(urn)
      let hours = try readHours(overlap)
      let secret = try await options.withStore {
        try await $0.rotateSecret(of: party, overlap: hours * 3600)
      }
      Terminal.say("Hand this secret to the party; it is not shown again.")
      print(WebhookSignature.secretText(secret))
    }
  }

  struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show the public keys that every push is signed with (v1a, Ed25519).")

    @OptionGroup var options: StoreOptions

    func run() async throws {
      for key in try await options.withStore({ try await $0.signingKeys() }) {
        let end = key.endsAt.map { "\tuntil \($0)" } ?? ""
        print(WebhookSignature.publicKeyText(key.publicKey) + end)
      }
    }
  }

  struct RotateKey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "rotate-key",
      abstract: "Make a new signing key; the old one signs beside it for a while.")

    @OptionGroup var options: StoreOptions
    @Option(help: "Hours for which both sign.") var overlap: Int = 168

    func run() async throws {
      let hours = try readHours(overlap)
      let keys = try await options.withStore {
        try await $0.rotateSigningKey(overlap: hours * 3600)
      }
      for key in keys { print(WebhookSignature.publicKeyText(key.publicKey)) }
    }
  }
}

/// How an endpoint is printed.
private struct EndpointText {
  private let members: [(String, String)]

  init(_ endpoint: Endpoint, secrets: [EndpointSecret]) {
    var members = [
      ("party", endpoint.party.text), ("url", endpoint.url),
      ("format", endpoint.format.rawValue), ("state", endpoint.state.rawValue),
      ("changedAt", endpoint.changedAt.description),
    ]
    if let reason = endpoint.reason { members.append(("reason", reason)) }
    if !endpoint.pins.isEmpty { members.append(("pins", endpoint.pins.joined(separator: " "))) }
    members.append(("authority", endpoint.authorities == nil ? "none" : "set"))
    if !secrets.isEmpty { members.append(("secrets", String(secrets.count))) }
    self.members = members
  }

  var lines: String { members.map { "\($0.0): \($0.1)" }.joined(separator: "\n") }

  var json: String {
    var writer = JSONWriter()
    writer.beginObject()
    for (name, value) in members {
      writer.key(name)
      writer.string(value)
    }
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}

private func readHours(_ hours: Int) throws -> Int64 {
  guard (0...8760).contains(hours) else {
    throw CommandFailure(.usage, "give the overlap in hours, 0 to 8760")
  }
  return Int64(hours)
}
