// Reads the elements of a header into its values. Never judges them.
import Validation

/// Gathers a header element by element.
struct HeaderReader {
  private(set) var header = TransferHeader()
  /// The version's tag was written `CTFVersion`; its line.
  private(set) var otherVersionTag: Int?
  /// Lines of the elements that are there, by name.
  private(set) var lines: [String: Int] = [:]
  /// The line of the header itself, for what is absent.
  var line: Int?
  /// Schools that stand twice, so that nobody can say which is meant.
  private(set) var isAmbiguous = false
  private var rank = 0

  private static let order = [
    "DocumentName", "CTFversion", "DateTime", "DocumentQualifier", "DataQualifier",
    "DataDescriptor", "SupplierID", "SourceSchool", "DestSchool",
  ]

  /// The line of an element of the header, or the header's when it is absent.
  func line(of name: String) -> Int? { lines[name] ?? line }

  mutating func take(_ element: XMLElement, _ findings: inout TransferFindings) {
    var name = element.localName
    if element.hasName("CTFVersion") {
      otherVersionTag = element.line
      name = "CTFversion"
    }
    guard let place = Self.order.firstIndex(where: { $0.utf8.elementsEqual(name.utf8) }) else {
      header.unknown.append(element.standaloneBytes())
      findings.addOnce("unknown-header", FileReading.unknown(element.line))
      return
    }
    if place + 1 < rank || lines[name] != nil {
      findings.addOnce(
        "header-order",
        FileReading.order(element.line, "The order is \(Self.order.joined(separator: ", "))."))
    }
    rank = max(rank, place + 1)
    guard lines[name] == nil else {
      isAmbiguous = isAmbiguous || name.hasSuffix("School")
      return
    }
    lines[name] = element.line
    switch name {
    case "SourceSchool": header.source = school(element, &findings)
    case "DestSchool": header.destination = school(element, &findings)
    default: take(name, element.value)
    }
  }

  private mutating func take(_ name: String, _ value: String) {
    switch name {
    case "DocumentName": header.documentName = value
    case "CTFversion": header.version = value
    case "DateTime": header.dateTime = value
    case "DocumentQualifier": header.qualifier = value
    case "DataQualifier": header.dataQualifier = value
    case "DataDescriptor": header.dataDescriptor = value
    case "SupplierID": header.supplier = value
    default: break
    }
  }

  private mutating func school(
    _ element: XMLElement, _ findings: inout TransferFindings
  ) -> TransferHeader.School {
    var school = TransferHeader.School()
    school.line = element.line
    var seen: Set<String> = []
    for child in element.children {
      let name = child.localName
      if !seen.insert(name).inserted { isAmbiguous = true }
      switch name {
      case "LEA": school.authority = child.value
      case "Estab": school.establishment = child.value
      case "URN": school.urn = child.value
      case "SchoolName": school.name = child.value
      case "AcademicYear": school.academicYear = child.value
      default: findings.addOnce("unknown-school", FileReading.unknown(child.line))
      }
    }
    return school
  }
}
