// All of it is inline: this file makes the target, and checks the header by itself.
#include "CRIShims.h"

_Static_assert(NSFS_MAGIC == 0x6e736673, "the magic number of namespaces");
