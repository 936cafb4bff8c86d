// Every bound on what a peer may make us do, in one place, each with its unit.
// Never read from a message: settings may lower or raise them at start.

/// Named limits of queues, bodies, pages and loops.
package struct Limits: Sendable {
  /// Bytes of one envelope with its payload.
  package var envelopeBytes = 1 << 20
  /// Bytes of one attachment (100 MB).
  package var attachmentBytes = 100_000_000
  /// Attachments one message may name.
  package var attachmentsPerMessage = 32
  /// Nesting of objects, arrays or elements in a document.
  package var documentDepth = 64
  /// Attributes on one XML element.
  package var attributesPerElement = 64
  /// Bytes of an XML name.
  package var nameBytes = 128
  /// Bytes of one text or string in a document.
  package var textBytes = 1 << 20
  /// Elements of an XML document, or values of a JSON one.
  package var nodesPerDocument = 100_000
  /// Digits, signs and exponent of one number, in bytes.
  package var numberBytes = 64
  /// Faults reported of one document; the last says that there were more.
  package var issuesPerDocument = 100
  /// Bytes of an envelope attribute.
  package var attributeValueBytes = 512
  /// Bytes of a request's header fields, and how many of them.
  package var headerBytes = 16 << 10
  package var headerFields = 100
  /// Seconds a silent connection, an unfinished header and an unfinished body may take.
  package var idleSeconds: Int64 = 75
  package var headerSeconds: Int64 = 10
  package var bodySeconds: Int64 = 30
  /// Bytes a second below which a streamed body is cut off (after `bodySeconds`).
  package var minimumBodyRate = 10_000
  /// Bytes of a request's body that count for nothing, and bytes beyond that which the bodies of
  /// all requests may hold together.
  package var freeBodyBytes = 64 << 10
  package var bodyBytes = 256 << 20
  /// Connections at once, over all parties.
  package var connections = 4096
  /// Connections at once of the admin listener.
  package var adminConnections = 64
  /// Submissions that may wait for the writer.
  package var waitingAdmissions = 10_000
  /// Submissions written in one transaction.
  package var admissionsPerCommit = 256
  /// Messages in one inbox page.
  package var inboxPage = 500
  /// Seconds a long poll may wait.
  package var longPollSeconds: Int64 = 60
  /// Seconds after which a stream of events ends, and between two signs of life on it.
  package var eventStreamSeconds: Int64 = 900
  package var heartbeatSeconds: Int64 = 15
  /// Streams of events at once for one certificate.
  package var eventStreamsPerParty = 16
  /// Messages in one lease of an inbox, and seconds it may last.
  package var leasedMessages = 100
  package var leaseSeconds: Int64 = 3600
  /// Requests of one party in a minute, and messages it may send in a day; 0 for no limit.
  package var requestsPerMinute = 30_000
  package var messagesPerDay = 0
  /// Characters of a refusal's detail that a recipient may give.
  package var acknowledgementDetail = 1000
  /// Bytes of a consent as it is registered.
  package var consentBytes = 64 << 10
  /// Purposes, items or recipients in one consent, and bytes of a name or reason in it.
  package var consentEntries = 50
  package var consentText = 500
  /// Consents in one page.
  package var consentsPage = 100
  /// Days that one calendar may speak of, and days it may list (three years).
  package var calendarDays = 1100
  /// Bytes of a calendar file.
  package var calendarBytes = 256 << 10
  /// Versions of one calendar that are asked for a day, newest first.
  package var calendarVersions = 16
  /// Duties in one page of a listing.
  package var dutyPage = 500
  /// Duties that one transaction reminds of.
  package var remindersPerCommit = 256
  /// Messages in one page of a child's export, and bytes of messages after which a page ends.
  package var subjectPage = 100
  package var subjectPageBytes: Int64 = 16 << 20
  /// Traces that one party may make in an hour; whole lists go by `gatehouse trace batch`.
  package var tracesPerHour = 300
  /// Bytes of one trace as it is asked, and names, places or relatives in it.
  package var traceBytes = 64 << 10
  package var traceEntries = 16
  /// Bytes, and lines, of one batch of pupils.
  package var pupilBatchBytes = 8 << 20
  package var pupilBatchLines = 5000
  /// Parties asked at once in one trace.
  package var askedParties = 160
  /// Cases in one page.
  package var casePage = 200
  /// Messages that one rectification or one operator's export may look through.
  package var subjectMessages = 10_000
  /// Bytes of a document that is scanned before it is published; a longer one is not published.
  package var publishedTextBytes = 5 << 20
  /// Records in one page of an audit question.
  package var auditPage = 1000
  /// Chunks of one message by the MESH door; together they may have `attachmentBytes`.
  package var meshChunks = 2048
  /// Uploads that one party may have under way, and seconds after which one is given up.
  package var meshUploads = 64
  package var meshUploadSeconds: Int64 = 86_400
  /// Seconds after which a sender's own reference of what it sent by the MESH door is forgotten;
  /// MESH keeps a message for thirty days.
  package var meshReferenceSeconds: Int64 = 30 * 86_400
  /// Used tokens that are remembered at once for one mailbox.
  package var meshTokens = 100_000

  package init() {}
}
