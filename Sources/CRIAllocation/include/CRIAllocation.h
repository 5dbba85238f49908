// This module has no functions of its own: it replaces those of the C library. See CRIAllocation.c.
