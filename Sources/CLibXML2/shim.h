// The part of libxml2 that Validation uses: reading checked bytes into a tree, and XSD 1.0.
// Nothing outside the Validation room imports this module.
#pragma once
#include <libxml/xmlversion.h>
// Debian's libxml2 would bring in ICU's headers, which clash with those of Swift's Foundation where
// a file sees both; only its converters need them, and we use none.
#undef LIBXML_ICU_ENABLED
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlerror.h>
#include <libxml/xmlschemas.h>
