// XSD 1.0 validation by libxml2, of documents that our own parser accepted.
// Never hands out libxml2's own messages: they quote the value found.
import CLibXML2
package import ExchangeModel

/// A schema that libxml2 would not compile. Its messages may quote the schema, which is ours.
package struct XSDSchemaError: Error, Sendable, CustomStringConvertible {
  package let description: String
}

/// A compiled schema: compile once, validate from any thread.
package final class XSDSchema: Sendable {
  private let compiled: CompiledSchema

  /// Compiles a schema document that needs no other: an `xs:include` or `xs:import` with a
  /// location is refused, because nothing is ever loaded.
  package init(_ bytes: [UInt8], limits: Limits = Limits()) throws {
    let document = try XMLDocument.parse(bytes, limits: limits)
    compiled = try CompiledSchema(document)
  }

  /// Every fault of a document, in document order, as paths from its root.
  package func validate(
    _ document: XMLDocument, limits: Limits = Limits()
  ) -> [ValidationIssue] {
    validate(document.root, limits: limits)
  }

  /// Every fault of one element and what it holds, as if it were a document of its own.
  ///
  /// Places start at the element itself (`/medicalReferral/child/upn`); lines are those of the
  /// document that the element is part of.
  package func validate(_ element: XMLElement, limits: Limits = Limits()) -> [ValidationIssue] {
    guard let tree = LibXML2Tree(of: element) else { return [Self.couldNotCheck] }
    let collector = XSDIssueCollector(root: element, most: limits.issuesPerDocument)
    let status = compiled.validate(tree, collector)
    if collector.issues.isEmpty, status != 0 { return [Self.couldNotCheck] }
    return collector.issues
  }

  /// Parses bytes strictly and validates them; a document that is none is the only issue then.
  package func validate(
    parsing bytes: [UInt8], limits: Limits = Limits()
  ) -> [ValidationIssue] {
    do {
      return validate(try XMLDocument.parse(bytes, limits: limits), limits: limits)
    } catch {
      return [error.issue]
    }
  }

  private static let couldNotCheck = ValidationIssue(
    place: "", line: nil, rule: "xsd", message: "The document could not be checked. Send it again.")
}

/// The C pointers of a compiled schema.
///
/// `@unchecked Sendable`, because: libxml2 writes to a schema only while it compiles it, which is
/// over when `init` returns; each validation makes a context of its own and only reads the schema
/// (libxml2's threads documentation; our concurrency test runs it under load); and `deinit` runs
/// when no validation can hold a reference any more.
private final class CompiledSchema: @unchecked Sendable {
  private let schema: xmlSchemaPtr
  /// libxml2 keeps pointers into the schema's tree, so it must live as long.
  private let tree: LibXML2Tree

  init(_ document: XMLDocument) throws {
    guard let tree = LibXML2Tree(of: document.root),
      let context = xmlSchemaNewDocParserCtxt(tree.document)
    else { throw XSDSchemaError(description: "out of memory") }
    defer {
      xmlSchemaFreeParserCtxt(context)
      xmlResetLastError()
    }
    let messages = XSDMessageCollector()
    xmlSchemaSetParserStructuredErrors(
      context, XSDMessageCollector.receive, Unmanaged.passUnretained(messages).toOpaque())
    let schema = withExtendedLifetime(messages) { xmlSchemaParse(context) }
    guard let schema, messages.lines.isEmpty else {
      if let schema { xmlSchemaFree(schema) }
      throw XSDSchemaError(description: messages.lines.joined(separator: "\n"))
    }
    self.schema = schema
    self.tree = tree
  }

  deinit { xmlSchemaFree(schema) }

  /// 0 when valid, the number of an error when not, below 0 when libxml2 itself failed.
  func validate(_ tree: borrowing LibXML2Tree, _ collector: XSDIssueCollector) -> Int32 {
    guard let context = xmlSchemaNewValidCtxt(schema) else { return -1 }
    defer {
      xmlSchemaFreeValidCtxt(context)
      // The last error of the thread holds a copy of the value found.
      xmlResetLastError()
    }
    xmlSchemaSetValidStructuredErrors(
      context, XSDIssueCollector.receive, Unmanaged.passUnretained(collector).toOpaque())
    return withExtendedLifetime(collector) { xmlSchemaValidateDoc(context, tree.document) }
  }
}

/// Collects what libxml2 says about a schema of ours.
private final class XSDMessageCollector {
  private(set) var lines: [String] = []

  static let receive: xmlStructuredErrorFunc = { context, error in
    guard let context, let error else { return }
    let collector = Unmanaged<XSDMessageCollector>.fromOpaque(context).takeUnretainedValue()
    guard error.pointee.level.rawValue >= XML_ERR_ERROR.rawValue, collector.lines.count < 20,
      let message = error.pointee.message
    else { return }
    collector.lines.append(
      "line \(error.pointee.line): "
        + String(decoding: String(cString: message).utf8.dropLast(), as: UTF8.self))
  }
}
