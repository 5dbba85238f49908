#!/usr/bin/env python3
"""Prints the copyright file, which names everything that is linked into the programs, with its licence.

Usage: copyright.py debian|full     debian refers to /usr/share/common-licenses for the text of the Apache licence, as
Debian's policy requires; full contains the text.
"""

import os
import shutil
import sys
import textwrap

import components

APACHE_IN_DEBIAN = "On Debian systems, the text of the Apache License 2.0 is in /usr/share/common-licenses/Apache-2.0."


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read().rstrip("\n")


def swift_licence():
    """The toolchain's licence, split into the text of the Apache licence and the exception for its libraries."""
    usr = os.path.dirname(os.path.dirname(os.path.realpath(shutil.which("swift"))))
    text = read(os.path.join(usr, "share", "swift", "LICENSE.txt"))
    apache, exception = text.split("## Runtime Library Exception", 1)
    return apache, "## Runtime Library Exception" + exception


def main():
    full = sys.argv[1:] == ["full"]
    known = [c for c in components.recorded() if c["kind"] != "tool"]
    apache, exception = swift_licence()

    print("cri, and its simulated runtime cri-sim\n")
    print("Copyright the authors of cri.\nLicense: Apache-2.0\n")
    print(apache if full else APACHE_IN_DEBIAN)
    print("\nThe programs are linked statically, so they contain parts of the following works:\n")
    for component in known:
        print(f"  {component['name']} {component['version'].split()[0]}: {component['licence']}, {component['origin']}")
    lesser = (
        "The GNU C Library is covered by the GNU Lesser General Public License. You may link the programs again with a"
        " modified version of it: the complete source of cri, with the script Tools/static that links the programs, is"
        " available from where you received this package."
    )
    print("\n" + textwrap.fill(lesser, 100))

    rule = "=" * 100
    names = ", ".join(c["name"] for c in known if c["kind"] != "debian")
    print(f"\n{rule}\n{names}\n{rule}\n")
    print("Copyright (c) 2014 - 2026 Apple Inc. and the Swift project authors\nLicense: Apache-2.0, with this exception:\n")
    print(exception)
    texts = {}
    for component in known:
        if component["kind"] == "debian":
            texts.setdefault(read(f"/usr/share/doc/{component['name']}/copyright"), []).append(component["name"])
    for text, names in texts.items():
        print(f"\n{rule}\n{', '.join(names)}\n{rule}\n\n{text}")


main()
