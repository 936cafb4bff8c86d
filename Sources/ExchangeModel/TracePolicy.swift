// What is asked before a pool is searched, and what answers. Never holds who is looked for.

/// Who asks for what.
package struct TraceFacts: Sendable, Hashable {
  package enum Asked: String, Sendable, CaseIterable {
    /// Search the pools of the asker's authority.
    case search
    /// Ask others whether they know the child.
    case enquiry
    /// Show more of a child than its name and year of birth.
    case disclosure
    /// Change the asker's own pool.
    case load
  }

  package var asked: Asked
  package var role: PartyRole
  package var state: Party.State
  /// A token of the vocabulary; empty for `load`, which has none.
  package var purpose: String
  /// True when an officer asks, who is named by a reference; false for a system by itself.
  package var isNamedOfficer: Bool
  /// True when the child is adopted or in a refuge. For `disclosure` alone.
  package var isRestricted: Bool
  /// True when the candidate is another child of the household. For `disclosure` alone.
  package var isHousehold: Bool
  /// True when a home, or the whole record, is asked for. For `disclosure` alone.
  package var tellsHome: Bool
  /// True when a person said that the candidate is the child, or may be. For `disclosure` alone.
  package var isTakenForChild: Bool
  /// True when a person said that none of the candidates is the child, or what was asked is erased.
  package var isOver: Bool

  package init(
    asked: Asked, role: PartyRole, state: Party.State, purpose: String, isNamedOfficer: Bool,
    isRestricted: Bool = false, isHousehold: Bool = false, tellsHome: Bool = false,
    isTakenForChild: Bool = false, isOver: Bool = false
  ) {
    self.asked = asked
    self.role = role
    self.state = state
    self.purpose = purpose
    self.isNamedOfficer = isNamedOfficer
    self.isRestricted = isRestricted
    self.isHousehold = isHousehold
    self.tellsHome = tellsHome
    self.isTakenForChild = isTakenForChild
    self.isOver = isOver
  }
}

/// How a room that holds pools asks; Policy answers with every rule's say, as for messages.
package typealias TracePolicy = @Sendable (TraceFacts) -> AccessDecision
