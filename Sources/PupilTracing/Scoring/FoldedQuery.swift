// A question as it is compared: folded once, before any pupil is looked at.

struct FoldedQuery: Sendable {
  var upn: [UInt8]
  var names: [FoldedRecord.Name]
  var date: BirthDate
  var isDateDoubtful: Bool
  var sex: PupilSex?
  var places: [FoldedRecord.Place]
  var parents: [FoldedRecord.Name]
  var siblings: [FoldedRecord.Name]
  var school: [UInt8]

  init(_ query: TraceQuery) {
    // A question may name few things; a record may have many.
    let limit = 4
    upn = UPNForm.fold(query.upn)
    names = query.names.prefix(limit).map { FoldedRecord.Name($0) }
      .filter { !$0.surname.isEmpty || !$0.forename.isEmpty || !$0.middle.isEmpty }
    date = query.dateOfBirth
    isDateDoubtful = query.isDateDoubtful
    sex = query.sex
    places = query.places.prefix(limit).map { FoldedRecord.Place($0) }.filter { !$0.isEmpty }
    parents = query.parents.prefix(limit).map { FoldedRecord.Name($0) }
    siblings = query.siblings.prefix(TraceLimits.entries).map { FoldedRecord.Name($0) }
    school = UPNForm.fold(query.lastSchool)
  }

  /// A record asked as a question: is the same child here once more?
  init(_ record: FoldedRecord) {
    upn = record.upns.first ?? []
    names = Array(record.names.prefix(2))
    date = record.dates.first ?? .unknown
    isDateDoubtful = false
    sex = record.sex
    places = record.isPlaceHidden ? [] : Array(record.places.prefix(2))
    parents = []
    siblings = []
    school = []
  }
}
