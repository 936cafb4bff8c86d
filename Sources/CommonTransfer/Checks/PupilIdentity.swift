// The elements that identify a pupil, found in one pass. Never judges them.
import ExchangeModel
import Validation

struct PupilIdentity {
  private(set) var upn: XMLElement?
  private(set) var surname: XMLElement?
  private(set) var forename: XMLElement?
  private(set) var dateOfBirth: XMLElement?
  private(set) var sex: XMLElement?
  private(set) var gender: XMLElement?
  private(set) var upnFindings = UPNFindings([])
  private var seen: Set<String> = []
  private var yearGroup: String?
  private var pupilLine = 0

  /// Takes a child of the pupil. False when one of its name came before.
  mutating func take(_ name: String, _ element: XMLElement) -> Bool {
    guard seen.insert(name).inserted else { return false }
    switch name {
    case "UPN": upn = element
    case "Surname": surname = element
    case "Forename": forename = element
    case "DOB": dateOfBirth = element
    case "Sex": sex = element
    case "Gender": gender = element
    case "BasicDetails": yearGroup = element.first("NCyearActual")?.value
    default: break
    }
    return true
  }

  mutating func fill(_ pupil: inout TransferPupil) {
    pupilLine = pupil.line
    pupil.upn = upn?.value ?? ""
    pupil.surname = surname?.value ?? ""
    pupil.forename = forename?.value ?? ""
    pupil.dateOfBirth = dateOfBirth.flatMap { CivilDate($0.value) }
    pupil.sex = (sex ?? gender)?.value
    pupil.yearGroup = yearGroup
    upnFindings = UPNFindings(pupil.upn.utf8)
  }

  /// An element's line, or the pupil's when it is absent.
  func line(_ element: XMLElement?) -> Int { element?.line ?? pupilLine }
}
