// One witness as its log calls it: add-checkpoint and the monitor's look (C2SP tlog-witness).
// Never follows a redirect, never retries: its caller knows when.

import AsyncHTTPClient
import Crypto
import ExchangeModel
import Foundation
package import MessageLog
import NIOCore
import NIOHTTP1
import NIOSSL

/// What a witness answers to a checkpoint.
package enum WitnessAnswer: Sendable, Equatable {
  /// Its signature lines, not verified yet.
  case cosigned([UInt8])
  /// The size it holds.
  case conflict(Int64)
  /// Another status.
  case refused(Int)
}

/// A witness could not be asked.
package struct WitnessUnreachable: Error, Sendable {}

/// Asks one witness.
package final class WitnessClient: Sendable {
  /// Bytes of the longest answer read.
  private static let longestAnswer = 64 << 10
  private static let patience = TimeAmount.seconds(10)

  package let setting: WitnessSetting
  private let client: HTTPClient

  /// Opens no connection yet; `close` must be called in the end.
  init(_ setting: WitnessSetting, _ configuration: HTTPClient.Configuration) {
    self.setting = setting
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  /// How a witness is called. Throws `ClientFault` when the profile's files cannot be used.
  static func configuration(_ setting: WitnessSetting) throws -> HTTPClient.Configuration {
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.minimumTLSVersion = .tlsv12
    if let path = setting.profile {
      let profile = try ClientProfile(file: path)
      do {
        tls.trustRoots = .file(profile.certificateAuthority)
        tls.certificateChain = try NIOSSLCertificate.fromPEMFile(profile.certificate)
          .map { .certificate($0) }
        tls.privateKey = .privateKey(try NIOSSLPrivateKey(file: profile.key, format: .pem))
      } catch {
        throw ClientFault.profile("\(path): its certificate or key cannot be read")
      }
    }
    var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
    configuration.redirectConfiguration = .disallow
    configuration.timeout = .init(connect: .seconds(5))
    configuration.connectionPool.retryConnectionEstablishment = false
    return configuration
  }

  /// Closes the connections.
  package func close() async { try? await client.shutdown() }

  // A start that fails never comes to the end; closing twice is as once.
  deinit { Task { [client] in try? await client.shutdown() } }

  /// Hands in a checkpoint. Throws `WitnessUnreachable`.
  package func add(_ request: WitnessRequest) async throws -> WitnessAnswer {
    var call = HTTPClientRequest(url: setting.url + "/add-checkpoint")
    call.method = .POST
    call.headers.add(name: "Content-Type", value: "text/plain; charset=utf-8")
    call.body = .bytes(ByteBuffer(bytes: request.text))
    let (status, bytes) = try await answer(to: call)
    switch status {
    case 200: return .cosigned(bytes)
    case 409:
      guard let size = WitnessRequest.size(fromConflict: bytes) else { return .refused(409) }
      return .conflict(size)
    default: return .refused(status)
    }
  }

  /// The checkpoint that the witness cosigned last for a log, not verified; nil when it has none
  /// or does not tell. Throws `WitnessUnreachable`.
  package func checkpoint(of origin: KeyName) async throws -> [UInt8]? {
    let name = Hex.text(SHA256.hash(data: Array(origin.description.utf8)))
    let call = HTTPClientRequest(url: "\(setting.monitor)/\(name)/checkpoint")
    let (status, bytes) = try await answer(to: call)
    return status == 200 ? bytes : nil
  }

  private func answer(to call: HTTPClientRequest) async throws -> (Int, [UInt8]) {
    do {
      let response = try await client.execute(call, timeout: Self.patience)
      let body = try await response.body.collect(upTo: Self.longestAnswer)
      return (Int(response.status.code), Array(body.readableBytesView))
    } catch let error as CancellationError {
      throw error
    } catch {
      throw WitnessUnreachable()
    }
  }
}
