// A party's side of the API over mutual TLS: what the command and the sandbox use.
// Never retries by itself: whoever calls knows whether a repeat is wanted.

import AsyncHTTPClient
package import ExchangeModel
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
package import Storage

/// An answer of the gateway.
package struct ClientAnswer: Sendable {
  package let status: Int
  package let headers: [(name: String, value: String)]
  package let bytes: [UInt8]

  /// The first field of this name, any case.
  package func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  package var text: String { String(decoding: bytes, as: UTF8.self) }

  /// True when the same request may be answered otherwise later.
  package var isPassing: Bool { Self.isPassing(status) }

  package static func isPassing(_ status: Int) -> Bool {
    status >= 500 || status == 429 || status == 408
  }

  /// How long the gateway wants to be left alone: what `Retry-After` says, five minutes at most.
  var retryAfter: Duration {
    let seconds = header("Retry-After").flatMap { Int64($0) } ?? 0
    return .seconds(min(max(seconds, 0), 300))
  }
}

/// A connection pool of one party.
package final class PartyClient: Sendable {
  private let client: HTTPClient
  private let base: String
  /// Bytes of the longest answer held in memory.
  private static let longestAnswer = 64 << 20

  /// Reads certificate and key. Throws `ClientFault.profile` when they cannot be used.
  package init(_ profile: ClientProfile) throws {
    base = profile.url.hasSuffix("/") ? String(profile.url.dropLast()) : profile.url
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.minimumTLSVersion = .tlsv12
    tls.curves = [.x25519_MLKEM768, .x25519, .secp256r1, .secp384r1]
    do {
      tls.trustRoots = .file(profile.certificateAuthority)
      tls.certificateChain = try NIOSSLCertificate.fromPEMFile(profile.certificate)
        .map { .certificate($0) }
      tls.privateKey = .privateKey(try NIOSSLPrivateKey(file: profile.key, format: .pem))
    } catch {
      throw ClientFault.profile("the profile's certificate or key cannot be read: \(error)")
    }
    var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
    configuration.httpVersion = .http1Only
    configuration.redirectConfiguration = .disallow
    configuration.timeout = .init(connect: .seconds(10))
    // A gateway that is down is told at once.
    configuration.connectionPool.retryConnectionEstablishment = false
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  // Whoever was cut short by an error never came to `close`.
  deinit { client.shutdown { _ in } }

  /// Closes the connections. Call it once, at the end.
  package func close() async throws { try await client.shutdown() }

  /// One request with a body in memory.
  ///
  /// - `patience`: seconds to wait for the answer.
  /// Throws: `ClientFault.unreachable`.
  package func call(
    _ method: String, _ path: String, headers: [(String, String)] = [], body: [UInt8]? = nil,
    patience: Int64 = 90
  ) async throws -> ClientAnswer {
    var request = HTTPClientRequest(url: base + path)
    request.method = HTTPMethod(rawValue: method)
    request.headers = HTTPHeaders(headers)
    if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
    return try await execute(request, patience: patience)
  }

  /// Sends an envelope. The format says the content type.
  package func send(_ envelope: [UInt8], format: ContentFormat) async throws -> ClientAnswer {
    try await call(
      "POST", "/v1/messages", headers: [("Content-Type", format.envelopeMediaType)],
      body: envelope)
  }

  /// Asks how an envelope would be decided, without sending it.
  package func explain(_ envelope: [UInt8], format: ContentFormat) async throws -> ClientAnswer {
    try await call(
      "POST", "/v1/decisions", headers: [("Content-Type", format.envelopeMediaType)],
      body: envelope)
  }

  /// A page of this party's duties.
  ///
  /// - `after`: the `next` of the page before.
  package func duties(
    side: Duty.Side = .owedByMe, state: Duty.State = .open, limit: Int = 100,
    after: DutyID? = nil
  ) async throws -> ClientAnswer {
    let start = after.map { "&after=\($0)" } ?? ""
    return try await call(
      "GET", "/v1/duties?side=\(side.rawValue)&state=\(state.rawValue)&limit=\(limit)\(start)")
  }

  /// Uploads an attachment from a file, going on where an earlier upload stopped.
  package func upload(file path: String, sha256: String) async throws -> ClientAnswer {
    let progress = try await call("HEAD", "/v1/attachments/\(sha256)")
    if progress.header("Upload-Complete") == "?1" { return progress }
    let offset = progress.header("Upload-Offset").flatMap { Int64($0) } ?? 0
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw ClientFault.profile("\(path): cannot be read")
    }
    defer { try? file.close() }
    let total = Int64(try file.seekToEnd())
    let start = offset < total ? offset : 0
    try file.seek(toOffset: UInt64(start))
    var request = HTTPClientRequest(url: base + "/v1/attachments/\(sha256)")
    request.method = .PUT
    if total > 0 {
      request.headers.add(name: "Content-Range", value: "bytes \(start)-\(total - 1)/\(total)")
    }
    request.body = .stream(FilePieces(file: file), length: .known(total - start))
    return try await execute(request, patience: 600)
  }

  /// Downloads to a file that appears only when it is whole and its digest is right; returns the
  /// status. Throws `ClientFault.unreachable` when it was cut short or is another content.
  package func download(
    _ path: String, to file: String, sha256: String, limit: Int
  ) async throws -> Int {
    do {
      let response = try await client.execute(
        HTTPClientRequest(url: base + path), timeout: .seconds(600))
      guard response.status == .ok else { return Int(response.status.code) }
      try await DownloadedFile.write(response.body, to: file, sha256: sha256, limit: limit)
      return 200
    } catch let error as CancellationError {
      throw error
    } catch let fault as WholeFile.Fault {
      throw fault
    } catch {
      throw ClientFault.unreachable("\(base): the download was cut short (\(error))")
    }
  }

  private func execute(
    _ request: HTTPClientRequest, patience: Int64
  ) async throws -> ClientAnswer {
    do {
      let response = try await client.execute(request, timeout: .seconds(patience))
      let body = try await response.body.collect(upTo: Self.longestAnswer)
      return ClientAnswer(
        status: Int(response.status.code),
        headers: response.headers.map { ($0.name, $0.value) }, bytes: Array(body.readableBytesView))
    } catch let error as CancellationError {
      throw error
    } catch {
      throw ClientFault.unreachable(
        "\(base): no answer (\(error)); is the gateway running, and is this certificate of its CA?")
    }
  }
}

/// A file's bytes in pieces of 128 KiB.
private struct FilePieces: AsyncSequence, Sendable {
  let file: FileHandle

  struct AsyncIterator: AsyncIteratorProtocol {
    let file: FileHandle

    mutating func next() async throws -> ByteBuffer? {
      guard let data = try file.read(upToCount: 128 << 10), !data.isEmpty else { return nil }
      return ByteBuffer(bytes: data)
    }
  }

  func makeAsyncIterator() -> AsyncIterator { AsyncIterator(file: file) }
}
