// One pupil of a transfer file: what a child is known by, and the element with all the rest.
// Never interprets a supplier's own data.
package import ExchangeModel
package import Validation

/// A pupil as read. The element is good as long as it is kept, and keeps its piece of the file.
package struct TransferPupil: Sendable {
  /// From 1, in the order of the file.
  package let position: Int
  /// The line of the pupil's start tag, from 1.
  package let line: Int
  /// Some check refused this pupil.
  package var isRefused = false
  package var upn = ""
  package var surname = ""
  package var forename = ""
  package var dateOfBirth: CivilDate?
  /// `M`, `F` or what stood there; nil when neither Sex nor Gender did.
  package var sex: String?
  /// `NCyearActual`, as it stood there.
  package var yearGroup: String?
  package let element: XMLElement

  package init(position: Int, element: XMLElement) {
    self.position = position
    self.line = element.line
    self.element = element
  }

  /// The UPN that the pupil had before, when it is one and another than the UPN now.
  package var formerUPN: String? {
    guard let former = element.first("BasicDetails")?.first("FormerUPN")?.value,
      UPNFindings(former.utf8).isWellFormed, !former.utf8.elementsEqual(upn.utf8)
    else { return nil }
    return former
  }

  package var uniqueLearnerNumber: String? { element.first("UniqueLearnerNumber")?.value }
  /// `UCI`: of the examination boards.
  package var candidateIdentifier: String? { element.first("UCI")?.value }

  /// The element as a document of its own, byte for byte but for namespace declarations.
  package var bytes: [UInt8] { element.standaloneBytes() }
}
