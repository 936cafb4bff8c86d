// The duties: replies that are owed, by whom and until when, and the calendars they are reckoned
// by. Never guesses a day for want of a calendar.

import ExchangeModel
import GRDB

enum DutySchema {
  static func create(in database: Database) throws {}
}

extension WriteContext {
  /// The types of expected replies whose time limit cannot be reckoned for want of a calendar.
  func repliesWithoutCalendar(to submission: Submission) throws -> [String] { [] }

  /// Opens the duties that follow from an admitted message and settles those that it answers.
  mutating func updateDuties(for message: AdmittedMessage) throws {}
}
