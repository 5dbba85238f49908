// This module adds no functions; it replaces functions of the C library. See CRIAllocation.c.
