// What a certificate to be issued shall say. A value; making one has no effect.

package import ExchangeModel
import SwiftASN1
import X509

/// The names, purposes and lifetime of a certificate to be issued.
package struct CertificateOrder: Sendable {
  /// What its key may be used for in TLS.
  package enum Usage: String, Sendable, CaseIterable {
    case server, client
  }

  package var commonName: String
  package var dnsNames: [String] = []
  /// IPv4 or IPv6 addresses as text.
  package var addresses: [String] = []
  package var uris: [String] = []
  package var usages: [Usage]
  package var notBefore: Timestamp
  package var notAfter: Timestamp

  package init(
    commonName: String, usages: [Usage], notBefore: Timestamp, notAfter: Timestamp
  ) {
    self.commonName = commonName
    self.usages = usages
    self.notBefore = notBefore
    self.notAfter = notAfter
  }

  /// A server certificate for these host names and addresses, 90 days from an hour ago.
  package static func server(
    dnsNames: [String] = ["localhost"], addresses: [String] = ["127.0.0.1", "::1"],
    days: Int64 = 90, at now: Timestamp
  ) -> CertificateOrder {
    var order = CertificateOrder(
      commonName: dnsNames.first ?? addresses.first ?? "gatehouse", usages: [.server],
      notBefore: now.adding(seconds: -3600), notAfter: now.adding(seconds: days * 86_400))
    order.dnsNames = dnsNames
    order.addresses = addresses
    return order
  }

  /// A party's certificate, which also may serve where the party receives, 90 days from an hour
  /// ago. The URN in it is for people: the gateway knows a party by its key.
  package static func party(
    _ urn: PartyURN, dnsNames: [String] = [], addresses: [String] = [], days: Int64 = 90,
    at now: Timestamp
  ) -> CertificateOrder {
    var order = CertificateOrder(
      commonName: urn.text,
      usages: dnsNames.isEmpty && addresses.isEmpty ? [.client] : [.client, .server],
      notBefore: now.adding(seconds: -3600), notAfter: now.adding(seconds: days * 86_400))
    order.uris = [urn.text]
    order.dnsNames = dnsNames
    order.addresses = addresses
    return order
  }

  var extendedKeyUsages: [ExtendedKeyUsage.Usage] {
    usages.map {
      switch $0 {
      case .server: .serverAuth
      case .client: .clientAuth
      }
    }
  }

  /// Throws `CertificateFault.notAnAddress`.
  func alternativeNames() throws -> [GeneralName] {
    var names: [GeneralName] = dnsNames.map { .dnsName($0) }
    for address in addresses {
      guard let bytes = IPAddress.bytes(of: address) else { throw CertificateFault.notAnAddress }
      names.append(.ipAddress(ASN1OctetString(contentBytes: bytes[...])))
    }
    return names + uris.map { .uniformResourceIdentifier($0) }
  }
}
