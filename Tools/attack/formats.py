"""Reads what `cri` has printed, as the programs do for which the formats are made, whatever names the runtime uses."""

import json
import re
import xml.etree.ElementTree

GITHUB = re.compile(r"^::(error|warning|notice) title=[^:,\n]*::[^\n]*$")
SERIES = re.compile(r'^[a-z_]+(\{([a-z_]+="([^"\\\n]|\\["\\n])*"(,(?=[a-z])|(?=\})))+\})? (-?[0-9.e+-]+|NaN)$')


def check(words, form, output):
    """Returns what is wrong with the output of a command in one format, as a string; None if nothing is."""
    name = form[1] if len(form) == 2 and form[0] == "-o" else None
    text = output.decode("utf-8", "replace")
    if not text:
        return None
    reader = {"json": read_json, "junit": read_junit, "tap": read_tap, "nagios": read_nagios, "github": read_github,
              "prometheus": read_prometheus, "table": None}.get(name)
    if words[0] == "events" or reader is None:
        return None
    try:
        return reader(text)
    except (ValueError, xml.etree.ElementTree.ParseError) as error:
        return f"{name}: {error}"


def read_json(text):
    json.loads(text)


def read_junit(text):
    xml.etree.ElementTree.fromstring(text)


def read_tap(text):
    lines = text.split("\n")
    if lines[0] != "TAP version 13":
        return f"the first line is {lines[0]!r}"
    if any(line.startswith("Bail out!") for line in lines):
        return None
    plan = re.match(r"^1\.\.(\d+)$", lines[1])
    tests = [line for line in lines if re.match(r"^(not )?ok\b", line)]
    if not plan or len(tests) != int(plan.group(1)):
        return f"the plan is {lines[1]!r}, and there are {len(tests)} tests"
    strange = [line for line in lines[2:] if line and not re.match(r"^(not )?ok \d+ - |^# |^  ", line)]
    return f"the line {strange[0]!r} is not TAP" if strange else None


def read_nagios(text):
    if text.count("\n") != 1 or not re.match(r"^CRI [A-Z]+ (OK|WARNING|CRITICAL|UNKNOWN)\b", text):
        return f"{text[:200]!r} is not one line for Nagios"
    return "there are two sets of performance data" if text.count("|") > 1 else None


def read_github(text):
    strange = [line for line in text.rstrip("\n").split("\n") if not GITHUB.match(line)]
    return f"the line {strange[0][:300]!r} is not an annotation" if strange else None


def read_prometheus(text):
    strange = [line for line in text.rstrip("\n").split("\n") if not line.startswith("# ") and not SERIES.match(line)]
    return f"the line {strange[0][:300]!r} is not a series" if strange else None
