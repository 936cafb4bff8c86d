// The sandbox's agencies: every role of the seeds in authority 850, and neighbours in 851, 852
// and 800. All invented; no real school or team is meant.

import ExchangeModel

/// One agency of the sandbox.
struct SandboxParty: Sendable {
  let urn: String
  let role: String
  let name: String

  /// The folder of its files below `parties/`: the slug, with the authority where it is not 850.
  var folder: String {
    let parts = urn.split(separator: ":")
    let (authority, slug) = (parts.dropLast().last ?? "", parts.last ?? "")
    return authority == "850" ? String(slug) : "\(authority)-\(slug)"
  }

  /// In the order shown. The first is the school of the story.
  static let all: [SandboxParty] =
    [
      .init("850:4321", "school", "Testbury Community School"),
      .init("850:7021", "special-school", "Testbury Oaks Special School"),
      .init("850:6021", "independent-school", "Testbury Independent School"),
      .init("850:1101", "education-centre", "Testbury Education Centre"),
      .init("850:tutors", "home-tutor-agency", "Testbury Home Tutors"),
      .init("850:p2l", "online-learning-provider", "Testbury Online Learning"),
      .init("850:iss", "inclusion-support-service", "Inclusion Support Service, 850"),
      .init("850:att", "attendance-team", "Attendance Team, 850"),
      .init("850:eis", "education-inclusion-service", "Education Inclusion Service, 850"),
      .init("850:cme", "children-missing-education", "Children Missing Education, 850"),
      .init("850:ehe", "elective-home-education", "Elective Home Education, 850"),
      .init("850:adm", "admissions", "Admissions, 850"),
      .init("850:sen", "sen-casework", "SEN Casework, 850"),
      .init("850:vsh", "virtual-school", "Virtual School, 850"),
      .init("850:eps", "educational-psychology", "Educational Psychology, 850"),
      .init("850:hia", "inspection-and-advisory-service", "Inspection and Advisory, 850"),
      .init("850:lit", "legal-intervention", "Legal Intervention, 850"),
      .init("850:csc", "childrens-social-care", "Children's Social Care, 850"),
      .init("850:ehl", "early-help", "Early Help, 850"),
      .init("850:yot", "youth-offending-team", "Youth Offending Team, 850"),
      .init("850:ods-rw1", "camhs", "CAMHS, sandbox trust"),
      .init("850:ods-z1001", "school-nursing", "School Nursing, sandbox"),
      .init("850:ods-z1002", "community-paediatrics", "Community Paediatrics, sandbox"),
      .init("850:ods-z1003", "gp-practice", "GP practice, sandbox"),
      .init("850:pol", "police", "Police, sandbox"),
      .init("850:hscp", "safeguarding-partnership", "Safeguarding Partnership, 850"),
      .init("850:panel", "review-panel", "Review Panel, 850"),
      .init("850:4322", "school", "Testbury Junior School"),
      .init("850:dpo", "data-protection-officer", "Data Protection Officer, 850"),
      .init("850:subject-access", "subject-access-team", "Subject Access Team, 850"),
      .init("850:complaints", "council-complaints", "Complaints, 850"),
      .init("850:custodian", "sealed-record-custodian", "Custodian of Sealed Records, 850"),
      .init("850:transfers", "local-authority-transfers", "Transfer Desk, 850"),
      .init("850:icb", "integrated-care-board", "Integrated Care Board, sandbox"),
      .init("850:parent-portal", "parent-portal", "Parents' Portal, 850"),
      .init("850:public-portal", "public-portal", "Public Form, 850"),
      .init("850:web", "web-publication", "Publication on the web, 850"),
      .init("850:gatehouse", "gateway", "This gateway"),
      .init("000:dfe", "department-for-education", "Department for Education, sandbox"),
      .init("000:ofsted", "ofsted", "Ofsted, sandbox"),
      .init("000:lost-pupil-pool", "lost-pupil-pool", "Lost Pupil Pool, sandbox"),
      .init("851:4551", "school", "Portsea Test School"),
      .init("851:9901", "school", "Portsea Second Test School"),
      .init("851:sen", "sen-casework", "SEN Casework, 851"),
      .init("851:cme", "children-missing-education", "Children Missing Education, 851"),
      .init("851:iss", "inclusion-support-service", "Inclusion Support Service, 851"),
      .init("852:4651", "school", "Itchen Test School"),
      .init("852:cme", "children-missing-education", "Children Missing Education, 852"),
      .init("852:iss", "inclusion-support-service", "Inclusion Support Service, 852"),
      .init("800:sps", "send-partnership-service", "SEND Partnership Service, 800"),
      .init("800:family-portal", "family-portal", "Families' Form, 800"),
    ]
    + Acknowledger.roles.map { slug, role in
      .init("850:\(slug)", role, "Acts out a failure: \(slug)")
    }

  init(_ place: String, _ role: String, _ name: String) {
    urn = "urn:gatehouse:\(place)"
    self.role = role
    self.name = name
  }
}
