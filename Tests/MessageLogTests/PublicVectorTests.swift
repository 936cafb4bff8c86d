// Our log against vectors of others: the log of fifteen leaves that Tessera publishes, byte for
// byte, and the proofs of transparency-dev/merkle. Tests/Suites says where each file is from.

import Foundation
import MessageLog
import Testing

@Suite struct PublicVectorTests {
  private static let suites = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Suites").path

  private static func file(_ path: String) throws -> [UInt8] {
    Array(try #require(FileManager.default.contents(atPath: suites + "/" + path)))
  }

  private static let testSigner =
    "PRIVATE+KEY+example.com/log/testdata+33d7b496+AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg"
  private static let testLeaves = [
    "one", "two", "three", "four", "five", "six", "seven", "eit", "nain", "ten", "ileven", "twelf",
    "threeten", "fourten", "fivten",
  ]

  @Test(arguments: 0...15)
  func theTestLogByteForByte(size: Int) throws {
    let signer = try NoteSigner(skey: Self.testSigner)
    let leaves = Self.testLeaves.prefix(size).map { Array($0.utf8) }
    var edge = TreeEdge()
    for leaf in leaves { #expect(edge.append(.leaf(leaf)).isEmpty) }
    let note = try Checkpoint(origin: signer.key.name, size: edge.size, root: edge.root)
      .signed(by: signer)
    #expect(note.bytes == (try Self.file("tessera-log/checkpoint.\(size)")))
    guard size > 0 else { return }
    let tile = try #require(edge.partialTile(level: 0))
    #expect(tile.hashes == (try Self.file("tessera-log/" + tile.path)))
    let bundle = try EntryBundle.encode(leaves)
    let path = TilePath.entries(index: 0, width: size)
    #expect(bundle == (try Self.file("tessera-log/" + path)))
    #expect(try EntryBundle.decode(bundle) == leaves)
  }

  /// A vector of either kind; the fields of the other are nil.
  private struct Vector: Decodable {
    let file: String
    let leafIdx: UInt64?
    let treeSize: UInt64?
    let root: String?
    let leafHash: String?
    let size1: UInt64?
    let size2: UInt64?
    let root1: String?
    let root2: String?
    let proof: [String]?
    let wantErr: Bool

    /// Throws when the proof does not hold, or a part of it is no hash or no size at all.
    func verify() throws {
      let hashes = try (proof ?? []).map { try hash($0) }
      if let leafIdx, let treeSize {
        try ProofVerification.inclusion(
          of: try hash(leafHash), at: try size(leafIdx), size: try size(treeSize), proof: hashes,
          root: try hash(root))
      } else {
        try ProofVerification.consistency(
          from: try size(size1), root: try hash(root1), to: try size(size2),
          root: try hash(root2), proof: hashes)
      }
    }

    private func hash(_ text: String?) throws -> MerkleHash {
      guard let hash = MerkleHash(base64: text ?? "") else { throw LogFault.malformedProof }
      return hash
    }

    private func size(_ number: UInt64?) throws -> Int64 {
      guard let number, let size = Int64(exactly: number) else { throw LogFault.outOfRange }
      return size
    }
  }

  @Test(arguments: ["inclusion", "consistency"])
  func everyProofVector(kind: String) throws {
    let bytes = try Self.file("merkle-proofs/\(kind).json")
    let vectors = try JSONDecoder().decode([Vector].self, from: Data(bytes))
    #expect(vectors.count == 98)
    #expect(vectors.contains { $0.wantErr } && vectors.contains { !$0.wantErr })
    // Its two equal roots are twelve bytes long, which is no hash to us.
    let short = "additional/sizes-are-equal-one-and-proof-is-empty.json"
    for vector in vectors where vector.file != short {
      var failed = false
      do { try vector.verify() } catch is LogFault { failed = true }
      #expect(failed == vector.wantErr, "\(kind)/\(vector.file)")
    }
  }
}

/// The vectors of golang.org/x/mod, `sumdb/note/note_test.go` at
/// fe2ec04f7c3c3aa6fad97631aafcff6e49e2d1db (Copyright 2009 The Go Authors, BSD 3-clause).
@Suite struct GoNoteVectorTests {
  private let peter = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
  private let enoch = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
  private let peterSigner =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
  private let text = """
    If you think cryptography is the answer to your problem,
    then you don't know what your problem is.

    """
  private let peterLine =
    "\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqd"
    + "ngotpRZb6KE6RyyBwJnAM=\n"
  private let enochLine =
    "\u{2014} EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwn"
    + "WLox33WWd1RvMc+QQ=\n"

  @Test func signsTheSameNote() throws {
    let signer = try NoteSigner(skey: peterSigner)
    #expect(signer.key.vkey == peter)
    let note = try SignedNote(text: Array(text.utf8), signatures: [signer.sign(Array(text.utf8))])
    #expect(String(decoding: note.bytes, as: UTF8.self) == text + "\n" + peterLine)
  }

  @Test func opensWhatItOpens() throws {
    let (peterKey, enochKey) = (try NoteKey(vkey: peter), try NoteKey(vkey: enoch))
    let both = try SignedNote(Array((text + "\n" + peterLine + enochLine).utf8))
    #expect(try both.verify([peterKey]).map(\.key) == [peterKey])
    #expect(try both.verify([peterKey, enochKey]).map(\.key) == [peterKey, enochKey])
    #expect(throws: LogFault.noKnownSignature) { try both.verify([]) }
    let many = String(repeating: peterLine, count: 101)
    #expect(throws: LogFault.malformedNote) { try SignedNote(Array((text + "\n" + many).utf8)) }
    // A signature with four characters more in its middle.
    let at = peterLine.index(peterLine.startIndex, offsetBy: 58)
    let long = peterLine[..<at] + "ABCD" + peterLine[at...]
    let spoilt = try SignedNote(Array((text + "\n" + long).utf8))
    #expect(throws: LogFault.badSignature) { try spoilt.verify([peterKey]) }
    #expect(throws: LogFault.noKnownSignature) { try spoilt.verify([enochKey]) }
  }

  /// Every part of a key that is not the whole, and every key with one byte raised.
  @Test func mangledKeysAreRefused() throws {
    for (whole, read) in [
      (peter, { _ = try NoteKey(vkey: $0) }), (peterSigner, { _ = try NoteSigner(skey: $0) }),
    ] as [(String, (String) throws -> Void)] {
      try read(whole)
      let bytes = Array(whole.utf8)
      for start in bytes.indices {
        for end in (start + 1)...bytes.count where start != 0 || end != bytes.count {
          let part = String(decoding: bytes[start..<end], as: UTF8.self)
          #expect(throws: LogFault.malformedKey) { try read(part) }
        }
        var raised = bytes
        raised[start] += 1
        #expect(throws: LogFault.malformedKey) { try read(String(decoding: raised, as: UTF8.self)) }
      }
    }
    for bad in [
      "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
      "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ] {
      #expect(throws: LogFault.malformedKey) { try NoteKey(vkey: bad) }
    }
  }
}
