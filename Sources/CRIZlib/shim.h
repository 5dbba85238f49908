#pragma once
#include <zlib.h>

// A macro in C. 15 is the largest window, 32 more take zlib's and gzip's headers.
static inline int cri_begin_inflating(z_stream *stream) { return inflateInit2(stream, 15 + 32); }
