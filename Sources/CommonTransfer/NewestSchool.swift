// The school a pupil left last, by the history in the file, and the ground of the deletion there.
// Never reads a letter without the day: it tells which regulations the letter is of.
package import ExchangeModel
import Validation

/// Which regulations a removal ground is of.
package enum RemovalGround {
  /// True for a pupil who left before 19 August 2024, when those of 2006 were in force.
  package static func isOf2006(leftOn: CivilDate?) -> Bool {
    leftOn.map { $0 < HistoryChecks.newRegulations } ?? false
  }
}

extension TransferPupil {
  /// The school that the pupil left last: the one with the latest `LeavingDate`.
  package var newestSchool: (leftOn: CivilDate, ground: String?)? {
    guard let history = element.first("SchoolHistory") else { return nil }
    var newest: (leftOn: CivilDate, ground: String?)?
    for school in history.children where school.hasName("School") {
      guard let left = school.first("LeavingDate").flatMap({ CivilDate($0.value) }),
        newest.map({ left > $0.leftOn }) ?? true
      else { continue }
      let ground = school.first("RemovalGrounds")?.value ?? ""
      newest = (left, ground.isEmpty ? nil : ground)
    }
    return newest
  }

  /// The year group as the file has it, or the one that fits the date of birth.
  package func yearGroup(on day: CivilDate) -> String {
    if let yearGroup, CodeSets.sets["NCyearActual"]?.contains(yearGroup) == true {
      return yearGroup
    }
    guard let born = dateOfBirth, let year = Ages.expectedYears(of: born, on: day).first else {
      return "X"
    }
    return year >= 1 ? String(min(year, 14)) : ["R", "N2", "N1"][min(2, Int(-year))]
  }
}

extension TransferHeader {
  /// When the file was made, in its form; midnight of a day when it does not say.
  package func madeAt(orOn day: CivilDate) -> String {
    guard let dateTime, dateTime.utf8.count == 19, self.day != nil else {
      return "\(day)T00:00:00"
    }
    return dateTime
  }
}
