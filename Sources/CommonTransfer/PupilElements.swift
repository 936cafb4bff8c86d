// Which elements we know in a pupil, in which order they are written, and in what they stand.
// Data only. The order is what real generators write: DfE's own table is not public.

enum PupilElements {
  /// The children of a pupil, in order. Those in one inner list may stand in any order.
  static let order: [[String]] = [
    ["UPN"], ["UniqueLearnerNumber"], ["UCI"], ["Surname"], ["Forename"], ["DOB"],
    ["Gender", "Sex"], ["BasicDetails"], ["FSMhistory", "NAWdetails", "LookedAfter", "SENhistory"],
    ["Address"], ["Phones"], ["Email"], ["Contacts"], ["Attendance"], ["StageAssessments"],
    ["SchoolHistory"], ["SuppInfo"],
  ]

  /// A pupil's child's place in the order, from 0; nil when we do not know it.
  static func rank(_ name: String) -> Int? { ranks[name] }

  /// The same for writing, where each has its own place.
  static func writtenRank(_ name: String) -> Int? { flat[name] }

  private static let flat = Dictionary(
    order.flatMap { $0 }.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })

  private static let ranks: [String: Int] = {
    var ranks: [String: Int] = [:]
    for (rank, names) in order.enumerated() {
      for name in names { ranks[name] = rank }
    }
    return ranks
  }()

  /// The children that we know of each element within a pupil, in the order they are written.
  /// `SuppInfo` is not here: what it holds is the supplier's own.
  static let children: [String: [String]] = [
    "BasicDetails": [
      "FormerUPN", "PreferredSurname", "PreferredForename", "FormerSurname", "FormerForename",
      "MiddleNames", "NCyearActual", "Ethnicity", "EthnicitySource", "Languages", "ServiceChild",
      "MedicalFlag", "Disabilities", "EnrolStatus",
    ],
    "Languages": ["Type"], "Type": ["LanguageType", "Language", "LanguageCode"],
    "Disabilities": ["Disability"],
    "FSMhistory": ["FSMreviewDate", "FSMinstance"],
    "FSMinstance": ["FSMstartDate", "FSMendDate", "UKcountry"],
    "NAWdetails": [
      "SpeakWelsh", "HomeWelsh", "NationalIdentity", "WelshSource", "EALAcquisition",
      "LanguageSource", "SENCurriculumandTeachingMethods", "SENGroupingandSupport",
      "SENSpecialisedResources", "SENAdviceandAssessment",
    ],
    "LookedAfter": ["InCare", "CareAuthority"],
    "SENhistory": ["SEN", "SENneeds"], "SEN": ["StartDate", "SENprovision", "EndDate"],
    "SENneeds": ["SENneed"],
    "SENneed": ["NeedStartDate", "NeedEndDate", "SENtypeRank", "SENtype"],
    "Address": [
      "BS7666Address", "AddressLines", "AddressAsPupil", "County", "PostCode", "ZIP", "Country",
      "Easting", "Northing",
    ],
    "BS7666Address": [
      "SAON", "PAON", "Street", "Locality", "Town", "AdministrativeArea", "PostTown",
      "UniquePropertyReferenceNumber", "PostCode",
    ],
    "AddressLines": [
      "AddressLine1", "AddressLine2", "AddressLine3", "AddressLine4", "AddressLine5",
    ],
    "Phones": ["Phone"], "Phone": ["TelephoneType", "PhoneNo"],
    "Contacts": ["Contact"],
    "Contact": [
      "Order", "Title", "Surname", "Forename", "MiddleNames", "Gender", "Sex", "Relationship",
      "Responsibility", "Address", "Phones", "Email",
    ],
    "Attendance": ["YearData"],
    "YearData": [
      "Year", "LEA", "Estab", "URN", "SchoolName", "SessionsPossible", "SessionsAuthorised",
      "SessionsAttended", "SessionsUnauthorised", "AttendSessions",
    ],
    "AttendSessions": ["AttendanceStartDate", "AttendanceMarks"],
    "StageAssessments": ["KeyStage"], "KeyStage": ["Stage", "StageAssessment"],
    "StageAssessment": [
      "Locale", "Year", "Subject", "Method", "Component", "ResultStatus", "ResultQualifier",
      "Result", "ResultDate",
    ],
    "SchoolHistory": ["School"],
    "School": [
      "LEA", "Estab", "URN", "SchoolName", "EntryDate", "LeavingDate", "LeavingReason",
      "RemovalGrounds", "LastSchool",
    ],
  ]

  /// The same as sets.
  static let known = children.mapValues { Set($0) }

  /// Those that stand more than once in their parent.
  static let repeated: Set<String> = [
    "Type", "Disability", "FSMinstance", "SEN", "SENneed", "Phone", "Contact", "YearData",
    "AttendSessions", "KeyStage", "StageAssessment", "School", "SuppInfo",
  ]
}
