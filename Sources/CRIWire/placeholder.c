#include "CRIWire.h"
