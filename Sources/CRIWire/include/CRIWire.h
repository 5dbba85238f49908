// What protoc-gen-c made of the interfaces in Protos, in a form that Swift can read.
#pragma once

// GNU C predefines it as 1, and CRI has fields of that name.
#undef linux
// Deprecated fields still travel; the Swift documentation says that they are deprecated.
#define PROTOBUF_C__NO_DEPRECATED

#include <protobuf-c/protobuf-c.h>

/// The default value of every text field (see Tools/generate); protobuf-c's TYPE_BYTES with this default is text.
extern const ProtobufCBinaryData cri_empty_text;

#include "CRIDescriptors.h"
#include "api.pb-c.h"
#include "containers.pb-c.h"
