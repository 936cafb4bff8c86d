// What is known of the child that is looked for. Purpose and officer are no part of it: the
// caller decides whether the trace may be made at all, and records who asked.

/// A question to a pool. Whatever is unknown stays empty and neither speaks for nor against.
package struct TraceQuery: Sendable, Equatable {
  package var upn: String
  /// The child's name, then aliases and former names; each is tried.
  package var names: [PupilName]
  package var dateOfBirth: BirthDate
  /// True when whoever told it was not sure of the date: it then counts less, both ways.
  package var isDateDoubtful: Bool
  package var sex: PupilSex?
  /// The last home known, then earlier ones.
  package var places: [PupilPlace]
  package var parents: [PupilName]
  package var siblings: [PupilName]
  /// The last school known (LAESTAB or the code that records use); empty when unknown.
  package var lastSchool: String

  package init(
    upn: String = "", names: [PupilName] = [], dateOfBirth: BirthDate = .unknown,
    isDateDoubtful: Bool = false, sex: PupilSex? = nil, places: [PupilPlace] = [],
    parents: [PupilName] = [], siblings: [PupilName] = [], lastSchool: String = ""
  ) {
    self.upn = upn
    self.names = names
    self.dateOfBirth = dateOfBirth
    self.isDateDoubtful = isDateDoubtful
    self.sex = sex
    self.places = places
    self.parents = parents
    self.siblings = siblings
    self.lastSchool = lastSchool
  }
}
