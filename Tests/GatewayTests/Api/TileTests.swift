// The log over HTTP as a stranger's program reads it: paths, types and caching of the tiles.

import ExchangeModel
import MessageLog
import Testing

@testable import Gateway

@Suite("Tiles")
struct TileTests {
  @Test("A verifier with the public key alone recomputes the root from the bundles")
  func recompute() async throws {
    try await GatewayHarness.with { gateway in
      for _ in 0..<3 { _ = try await gateway.admitted() }
      try await gateway.server.publisher.publish()
      let client = try gateway.client(.camhs)
      let note = try await client.call("GET", "/v1/log/checkpoint")
      let checkpoint = try Checkpoint.open(note.bytes, log: gateway.server.publisher.key).checkpoint
      let width = Int(checkpoint.size)
      let bundle = try await client.call("GET", "/v1/log/tile/entries/000.p/\(width)")
      #expect(bundle.status == 200)
      #expect(bundle.header("Content-Type") == "application/octet-stream")
      #expect(bundle.header("Cache-Control")?.contains("immutable") == true)
      var edge = TreeEdge()
      let entries = try EntryBundle.decode(bundle.bytes)
      for entry in entries { _ = edge.append(.leaf(entry)) }
      #expect(edge.root == checkpoint.root)
      let tile = try await client.call("GET", "/v1/log/tile/0/000.p/\(width)")
      #expect(tile.bytes == entries.flatMap { MerkleHash.leaf($0).bytes })
      #expect(tile.header("Content-Type") == "application/octet-stream")
    }
  }

  @Test(
    "What is not there is not found, and never a failure",
    arguments: [
      "0/000", "0/000.p/250", "0/x001/x234/067", "1/000.p/1", "entries/000", "entries/x001/000",
      "0/000.p/0", "0/000.p/256", "8/000", "entries/000.p", "0", "x", "0/0", "0/000/000",
      "0/000.p/1/1", "63/000", "entries/x999/x999/x999/x999/x999/999",
    ])
  func missing(path: String) async throws {
    let table = try RouteTable()
    await #expect(throws: Refusal(.notFound)) { try await table.get("/v1/log/tile/" + path) }
  }
}
