#!/usr/bin/env python3
"""Prints the bill of materials of the programs, in SPDX 2.3.

Usage: sbom.py BINARIES VERSION ARCHITECTURE SECONDS     SECONDS since 1970 is the document's time.
"""

import hashlib
import json
import os
import sys
import time
import uuid

import components

LICENCE = "Apache-2.0"


def digest(algorithm, path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def program(binaries, name):
    path = os.path.join(binaries, name)
    return {
        "SPDXID": f"SPDXRef-program-{name}",
        "fileName": f"./{name}",
        "fileTypes": ["BINARY"],
        "checksums": [
            {"algorithm": "SHA1", "checksumValue": digest("sha1", path)},
            {"algorithm": "SHA256", "checksumValue": digest("sha256", path)},
        ],
        "licenseConcluded": "NOASSERTION",
        "licenseInfoInFiles": [LICENCE],
        "copyrightText": "NOASSERTION",
    }


def purl(component):
    name, version = component["name"], component["version"].split()[0]
    if component["kind"] == "debian":
        return f"pkg:deb/debian/{name.replace('+', '%2B')}@{version.replace('+', '%2B').replace(':', '%3A')}"
    owner = component["origin"].removeprefix("https://github.com/")
    return f"pkg:github/{owner.lower()}@{'swift-' + version + '-RELEASE' if component['kind'] == 'toolchain' else version}"


def package(component):
    return {
        "SPDXID": identifier(component),
        "name": component["name"],
        "versionInfo": component["version"].split()[0],
        "downloadLocation": "NOASSERTION",
        "homepage": component["origin"],
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": component["licence"],
        "copyrightText": "NOASSERTION",
        "externalRefs": [
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl(component)}
        ],
    }


def identifier(component):
    return "SPDXRef-component-" + component["name"].replace("+", "x")


def main():
    binaries, version, architecture, seconds = sys.argv[1:]
    programs = components.linked(binaries)
    files = [program(binaries, name) for name in sorted(programs)]
    known = [c for c in components.recorded() if c["kind"] != "tool"]
    # SPDX defines this code: the SHA1 of the files' SHA1 sums in ascending order.
    sums = "".join(sorted(file["checksums"][0]["checksumValue"] for file in files))
    own = {
        "SPDXID": "SPDXRef-cri",
        "name": "cri",
        "versionInfo": version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": True,
        "packageVerificationCode": {"packageVerificationCodeValue": hashlib.sha1(sums.encode()).hexdigest()},
        "hasFiles": [file["SPDXID"] for file in files],
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": LICENCE,
        "licenseInfoFromFiles": [LICENCE],
        "copyrightText": "NOASSERTION",
        "primaryPackagePurpose": "APPLICATION",
        "comment": f"Static programs for Linux on {architecture}.",
    }
    relationships = [("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-cri")]
    used = []
    for name, libraries in programs.items():
        # The linker receives Swift packages as object files, not as libraries; both programs contain both packages.
        linked = [c for c in known if c["kind"] == "swift" or any(components.owner(l, known) is c for l in libraries)]
        relationships += [(f"SPDXRef-program-{name}", "STATIC_LINK", identifier(c)) for c in linked]
        used += [c for c in linked if c not in used]
    document = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"cri-{version}-{architecture}",
        # Derived from the programs, so that the same programs result in the same document.
        "documentNamespace": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, sums)}",
        "creationInfo": {
            "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(seconds))),
            "creators": ["Tool: cri-package"],
        },
        "packages": [own] + [package(c) for c in known if c in used],
        "files": files,
        "relationships": [
            {"spdxElementId": element, "relationshipType": kind, "relatedSpdxElement": related}
            for element, kind, related in relationships
        ],
    }
    print(json.dumps(document, indent=2))


main()
