// Signed notes, keys and cosignatures against published vectors, and altered in every bit.

import MessageLog
import Testing

private let exampleKey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
private let exampleNote = """
  This is an example message.

  \u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXm\
  RKuwHjG1Yu72IneyaQM=

  """

@Suite struct SignedNoteTests {
  @Test func theSpecificationsExample() throws {
    let key = try NoteKey(vkey: exampleKey)
    #expect(key.vkey == exampleKey)
    #expect(key.id == 0x530d_903a)
    let note = try SignedNote(Array(exampleNote.utf8))
    #expect(note.text == Array("This is an example message.\n".utf8))
    #expect(note.bytes == Array(exampleNote.utf8))
    let verified = try note.verify([key])
    #expect(verified.map(\.key) == [key])
    #expect(verified.map(\.time) == [0])
  }

  @Test func everyFlippedBitOfANoteIsRefused() throws {
    let key = try NoteKey(vkey: exampleKey)
    for altered in flippedBits(of: Array(exampleNote.utf8)) {
      #expect(throws: LogFault.self) { try SignedNote(altered).verify([key]) }
    }
  }

  @Test func unknownKeysAreIgnoredAndKnownOnesMustVerify() throws {
    let mine = try NoteSigner(name: name("example.com/mine"), kind: .ed25519, seed: seed(1))
    let other = try NoteSigner(name: name("example.com/other"), kind: .ed25519, seed: seed(2))
    let namesake = try NoteSigner(name: name("example.com/mine"), kind: .ed25519, seed: seed(3))
    let text = Array("hello\n".utf8)
    var note = try SignedNote(
      text: text, signatures: [try other.sign(text), try namesake.sign(text)])
    #expect(throws: LogFault.noKnownSignature) { try note.verify([mine.key]) }
    note.signatures.append(try mine.sign(text))
    #expect(try note.verify([mine.key]).map(\.key) == [mine.key])
    #expect(try note.verify([mine.key, other.key]).count == 2)
    // The same key twice counts once.
    note.signatures.append(try mine.sign(text))
    #expect(try note.verify([mine.key]).count == 1)
    // One that fails refuses the note, though another of the same key is good.
    let wrong = try mine.sign(Array("hullo\n".utf8))
    note.signatures.append(wrong)
    #expect(throws: LogFault.badSignature) { try note.verify([mine.key]) }
    #expect(try note.verify([other.key]).count == 1)
    #expect(throws: LogFault.noKnownSignature) { try note.verify([]) }
  }

  @Test func theLastEmptyLineDivides() throws {
    let signer = try NoteSigner(name: name("example.com/mine"), kind: .ed25519, seed: seed(1))
    let text = Array("one\n\n\u{2014} not a signature\n\n\ntwo\n".utf8)
    let note = try SignedNote(text: text, signatures: [try signer.sign(text)])
    let read = try SignedNote(note.bytes)
    #expect(read == note)
    #expect(try read.verify([signer.key]).count == 1)
  }

  @Test(arguments: [
    "", "\n", "text\n", "text\n\n", "text\n\n\n", "text\n\n\u{2014} a AAAAAAA=",
    "text\n\n- a AAAAAAA=\n", "text\n\n\u{2014}a AAAAAAA=\n", "text\n\n\u{2014} a\n",
    "text\n\n\u{2014} a AAAA\n", "text\n\n\u{2014} a AAAAAAA\n", "text\n\n\u{2014} a AAAAAAB=\n",
    "text\n\n\u{2014} a AAAAAAA=\n\u{2014} b\n", "text\n\n\u{2014} a+b AAAAAAA=\n",
    "text\n\n\u{2014}  AAAAAAA=\n", "te\txt\n\n\u{2014} a AAAAAAA=\n",
    "te\rxt\n\n\u{2014} a AAAAAAA=\n", "text\n\n\u{2014} a AAAAAAA= \n",
    "text\n\n\u{2014} a\u{A0}b AAAAAAA=\n", "text\n\n\u{2014} a AAAAAAA=\n\n",
  ])
  func malformed(note: String) {
    #expect(throws: LogFault.malformedNote) { try SignedNote(Array(note.utf8)) }
  }

  @Test func wellFormedBesideTheMalformedOnes() throws {
    #expect(try SignedNote(Array("text\n\n\u{2014} a AAAAAAA=\n".utf8)).signatures.count == 1)
  }

  @Test func bytesThatAreNotUTF8AreRefused() {
    let note = Array("te".utf8) + [0xC0, 0xAF] + Array("xt\n\n\u{2014} a AAAAAAA=\n".utf8)
    #expect(throws: LogFault.malformedNote) { try SignedNote(note) }
    #expect(throws: LogFault.malformedNote) { try SignedNote(text: [0xFF, 0x0A]) }
    #expect(throws: LogFault.malformedNote) { try SignedNote(text: Array("no newline".utf8)) }
  }

  @Test func sixteenSignaturesAreReadAndTooManyAreNot() throws {
    let line = "\u{2014} a AAAAAAA=\n"
    func note(_ count: Int) -> [UInt8] {
      Array(("text\n\n" + String(repeating: line, count: count)).utf8)
    }
    #expect(try SignedNote(note(16)).signatures.count == 16)
    #expect(try SignedNote(note(SignedNote.maximumSignatures)).signatures.count == 100)
    #expect(throws: LogFault.malformedNote) {
      try SignedNote(note(SignedNote.maximumSignatures + 1))
    }
    let long = Array(repeating: UInt8(ascii: "a"), count: SignedNote.maximumBytes)
    #expect(throws: LogFault.malformedNote) { try SignedNote(long + note(1)) }
  }

  @Test func everyFlippedBitOfAKeyIsRefused() throws {
    for altered in flippedBits(of: Array(exampleKey.utf8)) {
      guard let text = String(validating: altered, as: UTF8.self) else { continue }
      #expect(throws: LogFault.malformedKey) { try NoteKey(vkey: text) }
    }
    for text in ["", "+", "++", "a+b+c", exampleKey + "A", "PRIVATE+KEY+" + exampleKey] {
      #expect(throws: LogFault.malformedKey) { try NoteKey(vkey: text) }
      #expect(throws: LogFault.malformedKey) { try NoteSigner(skey: text) }
    }
  }

  @Test func keyNames() {
    for bad in ["", " ", "a b", "a+b", "a\u{A0}b", "a\u{2003}", "a\n", "a\u{7F}"] {
      #expect(KeyName(bad) == nil)
    }
    #expect(KeyName(String(repeating: "a", count: 255)) != nil)
    #expect(KeyName(String(repeating: "a", count: 256)) == nil)
    // Texts that Swift's == takes for the same are two names.
    #expect(KeyName("caf\u{E9}") != KeyName("cafe\u{301}"))
    #expect(KeyName("\u{212A}ey") != KeyName("Key"))
  }
}

@Suite struct CosignatureTests {
  private let text = Array(
    "example.com/log\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n".utf8)

  @Test func signedMessageIsTheSpecifications() throws {
    let witness = try NoteSigner(
      name: name("witness.example"), kind: .cosignatureV1, seed: seed(4))
    let plain = try NoteSigner(name: name("witness.example"), kind: .ed25519, seed: seed(4))
    let signature = try witness.sign(text, time: 1_679_315_147)
    #expect(signature.bytes.count == 72)
    #expect(signature.bytes.prefix(8) == [0, 0, 0, 0, 0x64, 0x18, 0x50, 0xCB])
    // The same seed signing the two header lines and the text by hand.
    let message = Array("cosignature/v1\ntime 1679315147\n".utf8) + text
    #expect(Array(signature.bytes.dropFirst(8)) == (try plain.sign(message).bytes))
    #expect(witness.key.id != plain.key.id)
  }

  @Test func verifiesWithItsTimeAndInNoOtherWay() throws {
    let witness = try NoteSigner(
      name: name("witness.example"), kind: .cosignatureV1, seed: seed(4))
    let key = try NoteKey(vkey: witness.key.vkey)
    #expect(try NoteSigner(skey: witness.skey).key == key)
    let note = try SignedNote(text: text, signatures: [try witness.sign(text, time: 7)])
    let verified = try note.verify([key])
    #expect(verified.map(\.key) == [key])
    #expect(verified.map(\.time) == [7])
    for altered in flippedBits(of: note.bytes) {
      #expect(throws: LogFault.self) { try SignedNote(altered).verify([key]) }
    }
    #expect(throws: LogFault.outOfRange) { try witness.sign(text, time: -1) }
  }
}

func name(_ text: String) throws -> KeyName { try #require(KeyName(text)) }

func seed(_ number: UInt8) -> [UInt8] { Array(repeating: number, count: 32) }

/// Every run of bytes that differs from this one in a single bit.
func flippedBits(of bytes: [UInt8]) -> [[UInt8]] {
  (0..<bytes.count * 8).map { bit in
    var altered = bytes
    altered[bit / 8] ^= 1 << (bit % 8)
    return altered
  }
}
