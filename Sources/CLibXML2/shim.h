// The part of libxml2 that Validation uses: reading checked bytes into a tree, and XSD 1.0.
// Nothing outside the Validation room imports this module.
#pragma once
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlerror.h>
#include <libxml/xmlschemas.h>
