#pragma once
#include <zlib.h>

// Macros in C, which Swift does not import. 15 is the largest window; adding 16 means that only gzip's header is
// accepted.
static inline int cri_begin_inflating(z_stream *stream) { return inflateInit2(stream, 15 + 16); }

// zlib's own format (RFC 1950) with the largest window.
static inline int cri_begin_inflating_zlib(z_stream *stream) { return inflateInit(stream); }
static inline int cri_begin_deflating_zlib(z_stream *stream) { return deflateInit(stream, Z_DEFAULT_COMPRESSION); }
