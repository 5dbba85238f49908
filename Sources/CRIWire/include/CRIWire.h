// The output of protoc-gen-c for the files in Protos, in a form that Swift can import.
#pragma once

// GNU C defines `linux` as 1, but the CRI has fields of that name.
#undef linux
// Deprecated fields are still sent; the Swift documentation marks them as deprecated.
#define PROTOBUF_C__NO_DEPRECATED

#include <protobuf-c/protobuf-c.h>

/// The default value of every string field (see Tools/generate); protobuf-c's TYPE_BYTES with this default is a string.
extern const ProtobufCBinaryData cri_empty_text;

#include "CRIDescriptors.h"
#include "api.pb-c.h"
#include "containers.pb-c.h"
