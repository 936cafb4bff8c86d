// Checkpoints: the vector of a public test log signed again, and altered in every bit.

import MessageLog
import Testing

private let testKey =
  "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
private let testSigner =
  "PRIVATE+KEY+example.com/log/testdata+33d7b496+AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg"
private let testLeaves = [
  "one", "two", "three", "four", "five", "six", "seven", "eit", "nain", "ten", "ileven", "twelf",
  "threeten", "fourten", "fivten",
]
private let root15 = "rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs="
private let signature15 =
  "M9e0luh4jTG+UMBqOUo9/q+yAEvx1ilBEniMvjf1zfcBOhg+CKubMt53MvIt/uEWP6zdkdIQzd/fmwlM/dlPWF74ewI="

@Suite struct CheckpointTests {
  @Test func theTestLogSignedAgain() throws {
    let signer = try NoteSigner(skey: testSigner)
    #expect(signer.key.vkey == testKey)
    #expect(signer.skey == testSigner)
    var edge = TreeEdge()
    for leaf in testLeaves { _ = edge.append(.leaf(leaf.utf8)) }
    #expect(edge.root.base64 == root15)
    let checkpoint = Checkpoint(origin: signer.key.name, size: edge.size, root: edge.root)
    let note = try checkpoint.signed(by: signer)
    let expected = """
      example.com/log/testdata
      15
      \(root15)

      \u{2014} example.com/log/testdata \(signature15)

      """
    #expect(String(decoding: note.bytes, as: UTF8.self) == expected)
    let opened = try Checkpoint.open(note.bytes, log: NoteKey(vkey: testKey))
    #expect(opened.checkpoint == checkpoint)
    #expect(opened.cosignatures.isEmpty)
  }

  @Test func everyFlippedBitIsRefused() throws {
    let (note, signer) = try sample()
    for altered in flippedBits(of: note.bytes) {
      #expect(throws: LogFault.self) { try Checkpoint.open(altered, log: signer.key) }
    }
  }

  @Test func ofTheLogAndNoOther() throws {
    let (note, signer) = try sample()
    let other = try NoteSigner(name: name("other.example/log"), kind: .ed25519, seed: seed(8))
    #expect(throws: LogFault.noKnownSignature) {
      try Checkpoint.open(note.bytes, log: other.key)
    }
    // Signed by the known key, but naming another log.
    let text = Checkpoint(origin: other.key.name, size: 1, root: .emptyRoot).text
    let forged = try SignedNote(text: text, signatures: [try signer.sign(text)])
    #expect(throws: LogFault.wrongOrigin) {
      try Checkpoint.open(forged.bytes, log: signer.key)
    }
    #expect(throws: LogFault.wrongOrigin) {
      try Checkpoint(origin: other.key.name, size: 1, root: .emptyRoot).signed(by: signer)
    }
  }

  @Test func aWitnessAloneIsNotTheLog() throws {
    let (note, signer) = try sample()
    let witness = try NoteSigner(
      name: name("witness.example"), kind: .cosignatureV1, seed: seed(9))
    let cosignature = try witness.sign(note.text, time: 1_790_000_000)
    var both = note
    both.signatures.append(cosignature)
    let opened = try Checkpoint.open(both.bytes, log: signer.key, witnesses: [witness.key])
    #expect(opened.cosignatures.map(\.key) == [witness.key])
    #expect(opened.cosignatures.map(\.time) == [1_790_000_000])
    #expect(try Checkpoint.open(both.bytes, log: signer.key).cosignatures.isEmpty)
    let alone = try SignedNote(text: note.text, signatures: [cosignature])
    #expect(throws: LogFault.noKnownSignature) {
      try Checkpoint.open(alone.bytes, log: signer.key, witnesses: [witness.key])
    }
  }

  @Test(arguments: [
    "", "\n", "a\n", "a\n1\n", "a\n1\nroot\n", "a\n01\nR\n", "a\n-1\nR\n", "a\n+1\nR\n",
    "a\n 1\nR\n", "a\n9223372036854775808\nR\n", "a\n1\nR", "a\n1\nR\n\n", "a\n1\nR\n\nx\n",
    "\n1\nR\n", "a b\n1\nR\n", "a\n\nR\n", "a\n1e3\nR\n", "a\n1\nR=\n", "a\n1\n\nR\n",
  ])
  func malformed(text: String) {
    let text = text.replacing("R", with: root15)
    #expect(throws: LogFault.malformedCheckpoint) { try Checkpoint(text: Array(text.utf8)) }
  }

  @Test func sizesAndExtensionLines() throws {
    for size in [Int64(0), 1, 9_223_372_036_854_775_807] {
      let checkpoint = Checkpoint(origin: try name("a.example"), size: size, root: .emptyRoot)
      #expect(try Checkpoint(text: checkpoint.text) == checkpoint)
      let extended = checkpoint.text + Array("more\nand more\n".utf8)
      #expect(try Checkpoint(text: extended) == checkpoint)
    }
  }

  private func sample() throws -> (note: SignedNote, signer: NoteSigner) {
    let signer = try NoteSigner(name: name("gatehouse.example/log"), kind: .ed25519, seed: seed(7))
    let edge = StoredTree(leaves: (0..<300).map(cheapLeaf)).edge
    let checkpoint = Checkpoint(origin: signer.key.name, size: edge.size, root: edge.root)
    return (try checkpoint.signed(by: signer), signer)
  }
}
