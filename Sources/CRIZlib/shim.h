#pragma once
#include <zlib.h>

<<<<<<< HEAD
// A macro in C. 15 is the largest window, 16 more take gzip's header and no other.
static inline int cri_begin_inflating(z_stream *stream) { return inflateInit2(stream, 15 + 16); }
=======
// A macro in C. 15 is the largest window, 32 more take zlib's and gzip's headers.
static inline int cri_begin_inflating(z_stream *stream) { return inflateInit2(stream, 15 + 32); }

// Macros in C: zlib's own format (RFC 1950), the largest window.
static inline int cri_begin_inflating_zlib(z_stream *stream) { return inflateInit(stream); }
static inline int cri_begin_deflating_zlib(z_stream *stream) { return deflateInit(stream, Z_DEFAULT_COMPRESSION); }
>>>>>>> da29647 (Add CRIStreaming: the upgrade, SPDY/3.1, WebSocket, remote commands and port-forwarding without I/O)
