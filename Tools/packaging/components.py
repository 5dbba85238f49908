#!/usr/bin/env python3
"""Compares the components of this machine with those recorded in components.txt.

Usage: components.py check BINARIES    one line for each difference, and exit code 1 if there are any
       components.py record            writes the versions of this machine into components.txt
       components.py resolved          prints a Package.resolved with the recorded Swift packages

BINARIES is the directory that Tools/static has written. Its *.archives files name the libraries that were linked; each must
belong to a component. CRI_COMPONENTS names a file to use instead of components.txt, for tests.
"""

import fnmatch
import glob
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
FILE = os.environ.get("CRI_COMPONENTS") or os.path.join(HERE, "components.txt")
FIELDS = ("kind", "name", "version", "licence", "origin", "libraries")


def recorded():
    with open(FILE, encoding="utf-8") as file:
        lines = [line for line in file if line.strip() and not line.startswith("#")]
    return [dict(zip(FIELDS, (field.strip() for field in line.split("|")))) for line in lines]


def output(*command):
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""


def resolved_packages():
    try:
        with open(os.path.join(ROOT, "Package.resolved"), encoding="utf-8") as file:
            pins = json.load(file)["pins"]
    except OSError:
        return {}
    return {pin["identity"]: f"{pin['state'].get('version')} {pin['state']['revision']}" for pin in pins}


def installed(components):
    """The versions on this machine, by kind and name; an empty text if one is missing."""
    swift = re.search(r"Swift version (\S+)", output("swift", "--version"))
    packages = resolved_packages()
    versions = {}
    for component in components:
        kind, name = component["kind"], component["name"]
        if kind == "toolchain":
            versions[kind, name] = swift.group(1) if swift else ""
        elif kind == "swift":
            versions[kind, name] = packages.get(name, "")
        else:
            fields = output("dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}\n", name).split()
            versions[kind, name] = fields[1] if fields[:1] == ["installed"] else ""
    return versions


def actual():
    """The components with the versions of this machine, if they are known."""
    components = recorded()
    versions = installed(components)
    return [{**c, "version": versions[c["kind"], c["name"]] or c["version"]} for c in components]


def linked(binaries):
    """The libraries of which the linker used at least one member, by program."""
    programs = {}
    for path in sorted(glob.glob(os.path.join(binaries, "*.archives"))):
        with open(path, encoding="utf-8") as file:
            rows = [line.rstrip("\n").split("\t") for line in file][1:]
        program = os.path.basename(path).removesuffix(".archives")
        programs[program] = sorted({os.path.basename(row[2]) for row in rows if int(row[1]) > 0})
    return programs


def owner(library, components):
    for component in components:
        if any(fnmatch.fnmatch(library, pattern) for pattern in component["libraries"].split()):
            return component
    return None


def differences(binaries):
    components = recorded()
    versions = installed(components)
    lines = []
    for component in components:
        name, here = component["name"], versions[component["kind"], component["name"]]
        if here != component["version"]:
            lines.append(f"{name} is {here or 'missing'} here, but {component['version']} is recorded")
    packages = {component["name"] for component in components if component["kind"] == "swift"}
    lines += [f"the Swift package {name} is not recorded" for name in sorted(set(resolved_packages()) - packages)]
    programs = linked(binaries)
    for program in ("cri", "cri-sim"):
        if program not in programs:
            lines.append(f"{binaries}/{program}.archives is missing, so it is unknown which libraries were linked")
    for library in sorted({library for libraries in programs.values() for library in libraries}):
        if owner(library, components) is None:
            lines.append(f"the linked library {library} belongs to no recorded component")
    return lines


def record():
    versions = installed(recorded())
    missing = [name for (_, name), version in versions.items() if not version]
    if missing:
        sys.exit(f"components: cannot record {', '.join(missing)}: not installed, or not built yet")
    with open(FILE, encoding="utf-8") as file:
        lines = file.read().split("\n")
    for index, line in enumerate(lines):
        fields = line.split(" | ")
        if len(fields) > 2 and tuple(fields[:2]) in versions:
            fields[2] = versions[tuple(fields[:2])]
            lines[index] = " | ".join(fields)
    with open(FILE, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))


def resolved():
    pins = []
    for component in recorded():
        if component["kind"] == "swift":
            version, revision = component["version"].split()
            state = {"revision": revision, "version": version}
            location = component["origin"]
            pins.append(
                {"identity": component["name"], "kind": "remoteSourceControl", "location": location, "state": state}
            )
    print(json.dumps({"pins": pins, "version": 2}, indent=2))


def main():
    match sys.argv[1:]:
        case ["check", binaries]:
            lines = differences(binaries)
            if lines:
                sys.exit("\n".join(lines))
        case ["record"]:
            record()
        case ["resolved"]:
            resolved()
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
