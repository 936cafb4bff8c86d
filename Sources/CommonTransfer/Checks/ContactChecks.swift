// P12: a contact that is like another by name and sex only. Such two were once merged, and one
// family's address was written over another's: a person decides, always.
import Validation

enum ContactChecks {
  static func check(
    _ contact: XMLElement, _ pupil: TransferPupil, _ checks: inout PupilChecks,
    _ memory: inout PupilMemory
  ) {
    var name = ["", "", ""]
    var details: Set<Int> = []
    for child in contact.children {
      switch child.localName {
      case "Surname": name[0] = child.value.lowercased()
      case "Forename": name[1] = child.value.lowercased()
      case "Gender", "Sex": name[2] = child.value
      case "Address": address(child, pupil, &details)
      case "Phones":
        for phone in child.children {
          let digits = (phone.first("PhoneNo")?.value ?? "").filter { $0.isNumber }
          if digits.utf8.count >= 6 { details.insert(PupilMemory.hash(["phone", digits])) }
        }
      case "Email":
        let email = child.value.lowercased()
        if !email.isEmpty { details.insert(PupilMemory.hash(["email", email])) }
      default: break
      }
    }
    guard !name[0].isEmpty, !name[1].isEmpty else { return }
    if memory.isLikeByNameOnly(name: name, details: details) {
      checks.add(
        .contactMatch, .review, line: contact.line,
        "Another contact in the file has the same name and sex and nothing else in common. Never "
          + "join the two without asking; a person decides.")
    }
  }

  /// The postcode, or the address of the pupil when the contact shares it.
  private static func address(
    _ element: XMLElement, _ pupil: TransferPupil, _ details: inout Set<Int>
  ) {
    var found: XMLElement? = element
    if let shared = element.first("AddressAsPupil")?.value, ["true", "1"].contains(shared) {
      found = pupil.element.first("Address")
    }
    guard let found else { return }
    let postcode = found.first("PostCode")?.value ?? ""
    let key = postcode.utf8.filter { $0 != 0x20 }.map { $0 >= 0x61 ? $0 & 0xDF : $0 }
    if !key.isEmpty {
      details.insert(PupilMemory.hash(["post", String(decoding: key, as: UTF8.self)]))
    }
  }
}
