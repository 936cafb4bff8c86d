// The sixteen clocks. Where a source is unsure of itself (practice, or law cited from memory in the
// catalogue), `source` says so. Never changed at run time.

extension StatutoryClock {
  /// All of them, by family.
  package static let all: [StatutoryClock] = attendance + registers + safeguarding + records

  private static let attendance = [
    StatutoryClock(
      "ABS-ILL-15", .counter, 15, .schoolDay,
      text: "15 school days of illness, consecutive or not",
      source: "SI 2024/208 (sickness return at 15 days); Hampshire medical needs policy 4.4 says "
        + "beyond 15",
      startsWith: "the first session with code I",
      endsWith: "a fifteen-day notification or referral"
    ),
    StatutoryClock(
      "ABS-UNAUTH-10", .counter, 10, .schoolDay,
      text: "10 continuous school days of unauthorised absence",
      source: "SI 2024/208, regulation 13; codes G, N, O and U are unauthorised",
      startsWith: "the first of the continuous days", endsWith: "the return to the authority"),
    StatutoryClock(
      "ABS-20", .counter, 20, .schoolDay,
      text: "20 continuous school days with codes G, N and O only",
      source: "SI 2024/208, regulation 9(1)(i)",
      startsWith: "the first of the continuous days",
      endsWith: "deletion on ground (i), if joint reasonable enquiries have failed"),
    StatutoryClock(
      "N-CODE-5", .counter, 5, .schoolDay,
      text: "code N is settled within 5 school days",
      source: "SI 2024/208", startsWith: "a session with code N",
      endsWith: "another code for that session"),
  ]

  private static let registers = [
    StatutoryClock(
      "NEWPUPIL-5", .deadline, 5, .schoolDay,
      text: "new pupil return by the end of the 5th day after entry",
      source: "SI 2024/208", startsWith: "the pupil's entry in the register",
      endsWith: "the new pupil return"),
    StatutoryClock(
      "EXC-6", .deadline, 6, .schoolDay, countsStartDay: true,
      text: "provision from the 6th school day of an exclusion",
      source: "Education and Inspections Act 2006; the first day of the exclusion is day 1",
      startsWith: "the first school day of the exclusion",
      endsWith: "full-time education begins"),
    StatutoryClock(
      "CTF-15", .deadline, 15, .schoolDay,
      text: "transfer file, or posting to the lost pupil pool, after leaving",
      source: "Pupil Information Regulations 2005 (15); some authorities wait 20 for a lost pupil",
      startsWith: "the pupil's last day on the register",
      endsWith: "the file is sent, or posted to the pool"),
    StatutoryClock(
      "CP-5", .deadline, 5, .schoolDay,
      text: "child protection file within 5 school days, in term or at its start",
      source: "Keeping Children Safe in Education",
      startsWith: "the pupil's start at the new school", endsWith: "the receipt for the file"),
    StatutoryClock(
      "SAO-15", .minimum, 15, .calendarDay, countsStartDay: true,
      text: "at least 15 days to answer a school attendance notice",
      source: "Education Act 1996, section 437(2): beginning with the day of service (unverified)",
      startsWith: "the notice is served", endsWith: "the period to answer may end"),
  ]

  private static let safeguarding = [
    StatutoryClock(
      "CSC-1", .deadline, 1, .workingDay,
      text: "social care decides on a referral within 1 working day",
      source: "Working Together to Safeguard Children 2023", startsWith: "the referral",
      endsWith: "the decision"),
    StatutoryClock(
      "HSCP-5", .deadline, 5, .workingDay,
      text: "serious incident notified within 5 working days",
      source: "Working Together to Safeguard Children 2023",
      startsWith: "the authority becomes aware", endsWith: "the notification"),
    StatutoryClock(
      "HSCP-15", .deadline, 15, .workingDay,
      text: "rapid review with the Panel within 15 working days",
      source: "Working Together to Safeguard Children 2023", startsWith: "the notification",
      endsWith: "the review reaches the Panel"),
    StatutoryClock(
      "CSPR-6M", .deadline, 6, .month,
      text: "practice review published within 6 months, and public for 12 at least",
      source: "Working Together to Safeguard Children 2023; partnership notice",
      startsWith: "the decision to review", endsWith: "publication"),
  ]

  private static let records = [
    StatutoryClock(
      "SAR-1M", .deadline, 1, .month,
      text: "subject access within 1 month, 2 more when complex; stops for a clarification",
      source: "UK GDPR, Articles 12(3) and 12A (Data (Use and Access) Act 2025)",
      startsWith: "the request, or proof of identity when later", endsWith: "the answer"),
    StatutoryClock(
      "EHC-15", .deadline, 15, .workingDay,
      text: "an EHC plan is transferred within 15 working days",
      source: "SEND Regulations 2014, regulation 15 (unverified)",
      startsWith: "the authority becomes aware of the move", endsWith: "the transfer"),
    StatutoryClock(
      "BREACH-72", .deadline, 72, .hour,
      text: "a breach is notified to the Commissioner within 72 hours",
      source: "UK GDPR, Article 33(1)", startsWith: "the controller becomes aware",
      endsWith: "the notification"),
  ]
}
