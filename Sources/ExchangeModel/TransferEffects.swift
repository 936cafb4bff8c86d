// What messages about transfer files do to the registers: a file on its way, a posting in the lost
// pupil pool, a search of it, a claim. Values only; the parts that are personal say so.

/// A transfer file as a message's payload names it.
package struct TransferClaim: Sendable, Equatable {
  /// Such as `8504321_CTF_8519901_001.xml`.
  package var fileName: String
  /// Such as `25.0`.
  package var version: String
  /// Of the file, in lower-case hex.
  package var sha256: String
  /// How many pupils are in it; 1 for a posting.
  package var pupils: Int64

  package init(fileName: String, version: String, sha256: String, pupils: Int64) {
    self.fileName = fileName
    self.version = version
    self.sha256 = sha256
    self.pupils = pupils
  }
}

/// A file for the lost pupil pool.
package struct LostPupilPosting: Sendable, Equatable {
  /// The regulations that a ground's letter is of. Never translated into each other.
  package enum Regulations: String, Sendable, CaseIterable {
    /// The School Attendance (Pupil Registration) (England) Regulations 2024, regulation 9(1).
    case of2024 = "si2024-208"
    /// The Education (Pupil Registration) (England) Regulations 2006, regulation 8(1): historic.
    case of2006 = "si2006-1751"
  }

  /// What officers of any authority see at first.
  package struct Face: Sendable, Equatable {
    /// Two capital letters at most, such as `AS`.
    package var initials: String
    /// As `NCyearActual`.
    package var yearGroup: String
    /// Three digits: whose school posted it.
    package var authority: String

    package init(initials: String, yearGroup: String, authority: String) {
      self.initials = initials
      self.yearGroup = yearGroup
      self.authority = authority
    }
  }

  package var file: TransferClaim
  package var regulations: Regulations
  /// Its letter: a capital one of 2024, a small one of 2006.
  package var ground: String
  /// Read from the file, so nil until it was. Personal: `identifiers` becomes keyed hashes.
  package var face: Face?
  package var identifiers: [String: String] = [:]
  /// The last day at the school, by the file; nil when it does not say.
  package var leftOn: CivilDate?
  /// By the file. Personal: only the day on which the entry ends is kept.
  package var bornOn: CivilDate?

  package init(file: TransferClaim, regulations: Regulations, ground: String) {
    self.file = file
    self.regulations = regulations
    self.ground = ground
  }
}

/// A claim for a file of the pool.
package struct LostPupilClaim: Sendable, Equatable {
  /// The posting's id: that of the message which posted it.
  package var posting: String
  /// The school that has enrolled the child: seven digits.
  package var school: String
  /// How the child was identified: words of the message type, sorted.
  package var evidence: [String]

  package init(posting: String, school: String, evidence: [String]) {
    self.posting = posting
    self.school = school
    self.evidence = evidence
  }
}
