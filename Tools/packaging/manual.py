#!/usr/bin/env python3
"""Writes a man page for a program and one for each of its subcommands, and the pages in the directory man for cri.

Usage: manual.py PROGRAM VERSION DATE DIRECTORY     DATE is the day that the pages show, such as 2026-11-29.

The pages come from the program itself: from ArgumentParser's --experimental-dump-help, and from --help for what the dump
does not contain, which are the synopsis, the global options before the subcommand, and the groups of subcommands.
ArgumentParser's own generator (its plugin generate-manual) knows only the dump.
"""

import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, env={"COLUMNS": "80"}).stdout


def roff(text):
    """Escapes a string so that roff prints it literally."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    text = text.replace("^", "\\(ha").replace("~", "\\(ti").replace("→", "\\(->").replace("…", "...")
    return re.sub(r"^\.", r"\\&.", text, flags=re.M)


def bold(text):
    return "\\fB" + roff(text) + "\\fR"


def italic(text):
    return "\\fI" + roff(text) + "\\fR"


def paragraphs(text):
    """One paragraph for each block of lines; the lines of a block are kept."""
    blocks = [block for block in text.split("\n\n") if block.strip()]
    return ["\n.br\n".join(roff(line.strip()) for line in block.strip().split("\n")) for block in blocks]


def section(page, title, blocks):
    if blocks:
        page.append(f".SH {title}")
        page.append("\n.PP\n".join(blocks))


def term(argument):
    value = italic(argument["valueName"])
    if argument["kind"] == "positional":
        return value
    dashes = {"long": "--", "short": "-", "longWithSingleDash": "-"}
    names = ", ".join(bold(dashes[name["kind"]] + name["name"]) for name in argument["names"])
    return names + (" " + value if argument["kind"] == "option" else "")


def explanation(argument):
    text = argument.get("abstract", "") or argument.get("discussion", "")
    facts = []
    if argument.get("allValues") and "one of" not in text:
        facts.append("values: " + ", ".join(argument["allValues"]))
    if argument.get("defaultValue"):
        facts.append("default: " + argument["defaultValue"])
    return roff(" ".join([text] + (["(" + "; ".join(facts) + ")"] if facts else [])).strip() or "See the description.")


def synopsis(help_text):
    """The lines of USAGE, without the heading."""
    match = re.search(r"^USAGE: (.*?)(?:\n\n|\Z)", help_text, flags=re.M | re.S)
    joined = re.sub(r"\n {8,}", " ", match.group(1))
    return [line.strip() for line in joined.split("\n") if line.strip()]


def usage(line):
    words = [bold(w) if re.fullmatch(r"-{0,2}[a-z][a-z-]*", w) else roff(w) for w in line.split(" ")]
    return " ".join(words)


def options(page, command):
    """The arguments, grouped under the titles that --help also shows."""
    titles = {}
    for argument in command.get("arguments", []):
        if argument.get("shouldDisplay", True):
            default = "ARGUMENTS" if argument["kind"] == "positional" else "OPTIONS"
            title = default if argument["kind"] == "positional" else (argument.get("sectionTitle") or default).upper()
            titles.setdefault(title, []).append(f".TP\n{term(argument)}\n{explanation(argument)}")
    for title in sorted(titles, key=lambda title: (title != "ARGUMENTS", title == "OPTIONS", title)):
        page += [f".SH {title}"] + titles[title]


def global_options(help_text):
    match = re.search(r"^GLOBAL OPTIONS[^\n]*\n(.*?)\n\n", help_text, flags=re.M | re.S)
    lines = []
    for line in match.group(1).split("\n") if match else []:
        if line.startswith("      "):
            lines.append(roff(line.strip()))
        else:
            names = re.sub(r"-{1,2}[a-z][a-z-]*", lambda name: bold(name.group()), line.strip())
            lines.append(".TP\n" + re.sub(r"<(.*)>", lambda value: italic(value.group(1)), names))
    return lines


def groups(help_text, commands):
    """The subcommands with their abstracts, in the groups of --help."""
    abstracts = {command["commandName"]: command["abstract"] for command in commands}
    lines = []
    for line in help_text.split("\n"):
        if re.fullmatch(r"[A-Z ]*SUBCOMMANDS:", line):
            lines.append(f".SS {line.rstrip(':').capitalize()}")
        name = re.match(r"  ([a-z][a-z-]*)(, [a-z-]+)*(?= |$)", line)
        if name and lines and name.group(1) in abstracts:
            lines.append(f".TP\n{bold(name.group().strip())}\n{roff(abstracts[name.group(1)])}")
    return lines


def rules(program):
    """The rules, grouped by the area with which their IDs begin, as `cri rules` lists them."""
    lines = []
    everything = json.loads(run(program, "rules", "-o", "json"))
    for command, title in (("verify", "RULES OF VERIFY AND GUARD"), ("preflight", "RULES OF PREFLIGHT"),
                           ("doctor", "RULES OF DOCTOR")):
        lines.append(f".SH {title}")
        area = ""
        for rule in (rule for rule in everything if rule["command"] == command):
            if rule["rule"].split(".")[0] != area:
                area = rule["rule"].split(".")[0]
                lines.append(f".SS {area.capitalize()}")
            names = bold(rule["rule"]) + (f" ({roff(rule['alias'])})" if "alias" in rule else "")
            lines += [".TP", f"{names}, {rule['severity']}"]
            if command == "verify":
                lines.append(roff(f"Compares: {rule['field'] or 'the object'}. Reason: {rule['reason']}."))
                lines.append(roff(f"Scenarios: {', '.join(rule['scenarios'])}."))
            else:
                lines.append(roff(f"Reported if {rule['what']}. Reason: {rule['reason']}."))
                lines.append(roff(f"Remedy: {rule['remedy']}."))
    return lines + [".SH SEE ALSO", ", ".join(f"\\fBcri\\-{page}\\fR({part})" for page, part in
                    (("doctor", 1), ("preflight", 1), ("rules", 1), ("verify", 1), ("report", 5), ("monitor", 8)))]


def write_handwritten(program, version, date, directory):
    """Copies the pages in the directory man, and adds the list of rules to cri-rules(7)."""
    for name in sorted(os.listdir(os.path.join(HERE, "man"))):
        with open(os.path.join(HERE, "man", name), encoding="utf-8") as file:
            text = file.read()
        text = text.replace("@DATE@", date).replace("@VERSION@", version).replace("@DOC@", "/usr/share/doc/cri")
        if name == "cri-rules.7":
            text += "\n".join(rules(program)) + "\n"
        with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
            file.write(text)


def main():
    program, version, date, directory = sys.argv[1:]
    name = os.path.basename(program)
    root = json.loads(run(program, "--experimental-dump-help"))["command"]
    help_text = run(program, "--help")
    commands = [c for c in root.get("subcommands", []) if c["commandName"] != "help" and c.get("shouldDisplay", True)]
    os.makedirs(directory, exist_ok=True)

    def write(title, command, texts, body):
        page = ['.\\" Generated from the program by Tools/packaging/manual.py.']
        page.append(f'.TH {roff(title.upper())} 1 {date} "cri {version}" "User Commands"')
        abstract = command["abstract"].rstrip(".")
        page += [".SH NAME", f"{roff(title)} \\- {roff(abstract[0].lower() + abstract[1:])}"]
        page.append(".SH SYNOPSIS")
        page.append("\n.br\n".join(usage(line) for line in synopsis(texts)))
        section(page, "DESCRIPTION", paragraphs(command.get("discussion", "")) or [roff(command["abstract"])])
        body(page)
        with open(os.path.join(directory, f"{title}.1"), "w", encoding="utf-8") as file:
            file.write("\n".join(page) + "\n")

    def program_body(page):
        lines = global_options(help_text)
        if lines:
            page += [".SH GLOBAL OPTIONS", "These options precede the subcommand."] + lines
        if commands:
            page += [".SH SUBCOMMANDS", f"Each subcommand has its own page, such as {bold(name + '-ps')}(1)."]
            page += groups(help_text, commands)
        options(page, root)
        extra = os.path.join(HERE, f"{name}.man")
        if os.path.exists(extra):
            with open(extra, encoding="utf-8") as file:
                page.append(file.read().rstrip("\n"))
        pages = [f"{bold(name + '-' + command['commandName'])}(1)" for command in commands]
        others = [f"{bold(other[:-2])}({other[-1]})" for other in sorted(os.listdir(os.path.join(HERE, "man")))] if commands else []
        page += [".SH SEE ALSO", ", ".join(pages + others) or "\\fBcri\\fR(1)"]

    root = {**root, "discussion": root.get("discussion", "") if not commands else ""}
    write(name, root, help_text, program_body)
    for command in commands:

        def body(page):
            options(page, command)
            page.append(".SH SEE ALSO")
            for other in sorted(os.listdir(os.path.join(HERE, "man"))):
                if other[:-2] == f"{name}-{command['commandName']}":
                    page += [f"{bold(other[:-2])}({other[-1]})", ".PP"]
            page.append(f"{bold(name)}(1) describes the options that precede the subcommand, and the exit status.")

        write(f"{name}-{command['commandName']}", command, run(program, command["commandName"], "--help"), body)
    if commands:
        write_handwritten(program, version, date, directory)


main()
