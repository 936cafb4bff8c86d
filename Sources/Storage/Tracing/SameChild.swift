// Which pupils of an answer are surely one child whom two pools hold, so that it is shown once.
// Never merges a record: each pool keeps its own, and a person says whether the child is the one.

import ExchangeModel
import PupilTracing

/// A candidate with its rows: several where pools hold one child.
struct FoundPupil: Sendable {
  let reading: CandidateReading
  let bits: Double
  let posterior: Double
  let reasons: [FieldReason]
  /// The likeliest first.
  private(set) var pupils: [StoredPupil]

  init(_ candidate: TraceCandidate, _ pupil: StoredPupil) {
    self.init(
      reading: candidate.reading, bits: candidate.bits, posterior: candidate.posterior,
      reasons: candidate.reasons, pupils: [pupil])
  }

  private init(
    reading: CandidateReading, bits: Double, posterior: Double, reasons: [FieldReason],
    pupils: [StoredPupil]
  ) {
    self.reading = reading
    self.bits = bits
    self.posterior = posterior
    self.reasons = reasons
    self.pupils = pupils
  }

  /// The candidates with one child once. Each record of one child has the child's probability
  /// already, as the engine shares it: the likelier one's is kept, nothing is added twice.
  static func joined(_ found: [FoundPupil]) -> [FoundPupil] {
    var children: [FoundPupil] = []
    for one in found {
      let place = children.firstIndex { child in
        child.reading == one.reading
          && child.pupils.contains { held in one.pupils.contains { held.isSurely($0) } }
      }
      if let place {
        let child = children[place]
        children[place] = FoundPupil(
          reading: child.reading, bits: child.bits,
          posterior: max(child.posterior, one.posterior), reasons: child.reasons,
          pupils: child.pupils + one.pupils)
      } else {
        children.append(one)
      }
    }
    return children
  }
}

extension StoredPupil {
  /// True when another pool has this child: by its UPN; or by its whole date of birth, surname,
  /// forename and a postcode, which no two children share. An adopted child is nobody else: what it
  /// was called before must not be found beside what it is called now.
  func isSurely(_ other: StoredPupil) -> Bool {
    guard party != other.party, restriction != .adopted, other.restriction != .adopted,
      let record, let twin = other.record
    else { return false }
    let keys = Set(record.oneChildKeys)
    return twin.oneChildKeys.contains { keys.contains($0) }
  }
}

extension PupilRecord {
  /// Each enough by itself to say that two records are of one child.
  fileprivate var oneChildKeys: [[UInt8]] {
    var keys = upns.map { Array($0.uppercased().utf8) }.filter { $0.count == 13 }
    for date in datesOfBirth where date.isWhole {
      for name in names {
        let surname = ChildKeys.folded(name.surname)
        let forename = ChildKeys.folded(name.forename)
        guard !surname.isEmpty, !forename.isEmpty else { continue }
        for place in places {
          let postcode = place.postcode.uppercased().utf8.filter { $0 > 0x20 }
          guard postcode.count >= 5 else { continue }
          keys.append(
            Array(date.text.utf8) + [0x7C] + surname + [0x7C] + forename + [0x7C] + postcode)
        }
      }
    }
    return keys
  }
}
