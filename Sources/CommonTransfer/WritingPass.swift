// Writes one element that was read, and all it holds, strictly. See TransferWriter for what stays
// behind. Never changes a value but for white space at its ends.
import ExchangeModel
import Validation

struct WritingPass {
  let isCurrent: Bool
  let stripsAddresses: Bool
  let position: Int
  let day: CivilDate
  private(set) var issues: [TransferIssue] = []

  init(isCurrent: Bool, stripsAddresses: Bool, position: Int, day: CivilDate) {
    self.isCurrent = isCurrent
    self.stripsAddresses = stripsAddresses
    self.position = position
    self.day = day
  }

  /// Writes an element under a name of ours.
  mutating func write(_ element: XMLElement, as name: String, to writer: inout XMLWriter) {
    writer.startElement(name)
    for child in inOrder(element.children, in: name) {
      let childName = child.localName
      guard isKnown(childName, in: name) else {
        if !stripsAddresses { writer.raw(child.standaloneBytes()) }
        continue
      }
      if stripsAddresses, Self.locating.contains(childName) { continue }
      if PupilElements.known[childName] != nil, child.hasChildren {
        write(child, as: childName, to: &writer)
      } else if child.hasChildren || child.hasAttributes {
        if !stripsAddresses { writer.raw(child.standaloneBytes()) }
      } else {
        leaf(child, childName, of: element, to: &writer)
      }
    }
    writer.endElement()
  }

  private mutating func leaf(
    _ element: XMLElement, _ name: String, of parent: XMLElement, to writer: inout XMLWriter
  ) {
    let value = element.value
    // An empty element says nothing, and some systems cannot read it.
    if value.isEmpty { return }
    if name.utf8.elementsEqual("RemovalGrounds".utf8) {
      guard mayWrite(ground: value, element, of: parent) else { return }
    }
    writer.element(tag(name), value)
  }

  /// The tag of this version.
  private func tag(_ name: String) -> String {
    switch name {
    case "Sex", "Gender": isCurrent ? "Sex" : "Gender"
    case "LanguageCode": "Language"
    default: name
    }
  }

  /// P11. A ground of the regulations of 2006 is history, and stays with who knows what it meant.
  private mutating func mayWrite(
    ground: String, _ element: XMLElement, of school: XMLElement
  ) -> Bool {
    let left = school.first("LeavingDate").flatMap { CivilDate($0.value) } ?? day
    if left < HistoryChecks.newRegulations {
      issues.append(
        TransferIssue(
          .removalGround, .warn, line: element.line, pupil: position,
          "A ground of the regulations of 2006 is left out; it is never read as one of 2024."))
      return false
    }
    if HistoryChecks.isLetterOf2024(ground) { return true }
    issues.append(
      TransferIssue(
        .removalGround, .stopExport, line: element.line, pupil: position,
        "RemovalGrounds must be a capital letter A to O of regulation 9(1) of SI 2024/208. "
          + "Correct it before the file is exported."))
    return false
  }

  private func isKnown(_ name: String, in parent: String) -> Bool {
    if name.utf8.elementsEqual("SuppInfo".utf8) { return false }
    if parent.utf8.elementsEqual("Pupil".utf8) { return PupilElements.rank(name) != nil }
    return PupilElements.known[parent]?.contains(name) ?? false
  }

  /// The children as they are written: known ones in order, each unknown one after the known one
  /// that it stood behind.
  private func inOrder(_ children: [XMLElement], in parent: String) -> [XMLElement] {
    var ranked: [(rank: Int, child: XMLElement)] = []
    var last = -1
    let order = PupilElements.children[parent]
    let isPupil = parent.utf8.elementsEqual("Pupil".utf8)
    let hasSex = children.contains { $0.hasName("Sex") }
    for child in children {
      let name = child.localName
      // Sex and Gender are one field: Sex is read when both are there.
      if isPupil || order != nil, hasSex, child.hasName("Gender") { continue }
      let own = isPupil ? PupilElements.writtenRank(name) : order?.firstIndex(of: name)
      last = own ?? last
      ranked.append((last, child))
    }
    return ranked.enumerated().sorted {
      ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset)
    }.map(\.element.child)
  }

  /// What tells where a child or its family lives.
  private static let locating: Set<String> = ["Address", "Phones", "Email"]
}
