// The part of zlib that the MESH door uses: gzip members (RFC 1952) in and out.
// The two macros are wrapped, since Swift cannot see macros with arguments.
#pragma once
#include <zlib.h>

static inline int gatehouse_inflate_init(z_stream *stream) {
  return inflateInit2(stream, 15 + 16);
}

static inline int gatehouse_deflate_init(z_stream *stream) {
  return deflateInit2(stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}
