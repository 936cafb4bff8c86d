// Who of the gateway's own staff acts, and what for: the words that the log keeps of it.
// Never a person's name: an account is an opaque id.

/// What somebody who works for the gateway's operator is there for.
package enum StaffRole: String, Sendable, Hashable, CaseIterable {
  /// Runs the gateway: sees addressing and events, never content.
  case administrator
  /// Checks what others did.
  case auditor
  /// Looks for children who may be missing education.
  case cmeOfficer = "cme-officer"
  /// UK GDPR, Article 39.
  case dataProtectionOfficer = "data-protection-officer"
  /// Answers for confidential health and care information (National Data Guardian).
  case caldicottGuardian = "caldicott-guardian"
  /// Keeping Children Safe in Education: takes the lead when a child may be in danger.
  case safeguardingLead = "safeguarding-lead"
}

/// One of the staff.
package struct StaffMember: Sendable, Hashable {
  package let role: StaffRole
  /// Whose sign-in it was: 1 to 64 of `a-z 0-9 . _ : -`, such as `uid:1000`.
  package let account: String

  /// Nil when the account is not of that form.
  package init?(role: StaffRole, account: String) {
    let isPlain = account.utf8.allSatisfy {
      switch $0 {
      case 0x30...0x3A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
      default: false
      }
    }
    guard (1...64).contains(account.utf8.count), isPlain else { return nil }
    self.role = role
    self.account = account
  }
}

/// Why staff look at the log or open a message, in a word.
package enum StaffPurpose: String, Sendable, Hashable, CaseIterable {
  /// A person asks what is held about them (UK GDPR, Article 15).
  case subjectAccess = "subject-access"
  case complaint
  /// A breach of security or of the rules, or the suspicion of one.
  case incident
  case safeguarding
  /// A planned check.
  case audit
  /// A court, a claim, the Information Commissioner.
  case legal
  /// Finding out why something does not work.
  case service
}

/// Why staff do what is not theirs without a reason: a word, and their own words.
package struct StaffReason: Sendable, Hashable {
  /// Bytes of the text, as UTF-8.
  package static let textBytes = 5...500

  package let purpose: StaffPurpose
  /// What they wrote; may be personal, so it is kept sealed and is in no leaf and no event.
  package let text: String

  /// Nil when the text is shorter than 5 bytes or longer than 500, or holds control characters.
  package init?(purpose: StaffPurpose, text: String) {
    let isPlain = text.unicodeScalars.allSatisfy {
      $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value)
    }
    let hasWords = text.utf8.contains { $0 != 0x20 }
    guard Self.textBytes.contains(text.utf8.count), isPlain, hasWords else { return nil }
    self.purpose = purpose
    self.text = text
  }
}
