#include "CRIWire.h"

const ProtobufCBinaryData cri_empty_text = {0, NULL};
