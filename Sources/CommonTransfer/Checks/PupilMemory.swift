// What is remembered of the pupils of one file, to notice one that stands twice, and contacts that
// are alike by name and sex only. Hashes and positions, no texts but numbers.

struct PupilMemory {
  private var byUPN: [String: (position: Int, person: Int)] = [:]
  /// Whoever has a name, a date of birth and a sex, or had a UPN; the position.
  private var byPerson: [Int: Int] = [:]
  private var byFormerUPN: [String: Int] = [:]
  private var byContact: [Int: Set<Int>] = [:]
  private var left: Int

  init(most: Int) { left = most }

  /// What an earlier pupil of the file has in common with this one.
  enum Likeness {
    case none, otherPersonSameUPN(Int), samePerson(Int)
    /// Another UPN, but name, date of birth and sex are the same, or the one's UPN is what the
    /// other's was.
    case samePersonOtherUPN(Int)
  }

  /// Remembers a pupil whose UPN is well formed.
  mutating func add(_ pupil: TransferPupil) -> Likeness {
    let former = pupil.formerUPN
    let person = Self.hash([
      pupil.surname.lowercased(), pupil.forename.lowercased(),
      pupil.dateOfBirth.map { "\($0)" } ?? "", pupil.sex ?? "",
    ])
    if let earlier = byUPN[pupil.upn] {
      return earlier.person == person
        ? .samePerson(earlier.position) : .otherPersonSameUPN(earlier.position)
    }
    let isWhole = pupil.dateOfBirth != nil && !pupil.surname.isEmpty && !pupil.forename.isEmpty
    let alike =
      (isWhole ? byPerson[person] : nil) ?? byFormerUPN[pupil.upn]
      ?? former.flatMap { byUPN[$0]?.position }
    if left > 0 {
      left -= 1
      byUPN[pupil.upn] = (pupil.position, person)
      if isWhole, byPerson[person] == nil { byPerson[person] = pupil.position }
      if let former { byFormerUPN[former] = pupil.position }
    }
    return alike.map { .samePersonOtherUPN($0) } ?? .none
  }

  /// Remembers a contact by its name and sex, and its details: address, telephones, email. True
  /// when one of the same name and sex came before, and no detail of the two agrees.
  mutating func isLikeByNameOnly(name: [String], details: Set<Int>) -> Bool {
    let key = Self.hash(name)
    if let known = byContact[key] {
      byContact[key] = known.count < 64 ? known.union(details) : known
      return known.isDisjoint(with: details)
    }
    guard left > 0 else { return false }
    left -= 1
    byContact[key] = details
    return false
  }

  static func hash(_ parts: [String]) -> Int {
    var hasher = Hasher()
    for part in parts {
      for byte in part.utf8 { hasher.combine(byte) }
      hasher.combine(0 as UInt8)
    }
    return hasher.finalize()
  }
}
