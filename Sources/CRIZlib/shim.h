#pragma once
#include <zlib.h>

// A macro in C. 15 is the largest window, 16 more take gzip's header and no other.
static inline int cri_begin_inflating(z_stream *stream) { return inflateInit2(stream, 15 + 16); }
