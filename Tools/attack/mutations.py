"""Random changes of valid documents: of their bytes, their lines, and their values.

All functions take a random generator first, and return bytes. Text that is not valid UTF-8 is represented with
surrogates inside JSON values (os.fsdecode) until it is written.
"""

import copy
import json

# Texts that have broken parsers, terminals, shells and templates before.
TEXTS = [
    b"",
    b" ",
    b"\x00",
    b"a\x00b",
    b"\x1b[31mred\x1b[0m",
    b"\x1b]0;title\x07",
    b"\x1bc",
    b"\x1b[2J",
    b"\r\nx",
    b"a\rb",
    b"\xff\xfe",
    b"\xc3\x28",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xc2\x9b31m",
    b"\xc2\x85",
    b"\xe2\x80\xae"
    b"evil",
    b"\xe2\x81\xa6x\xe2\x81\xa9",
    b"\xe2\x80\xa8",
    b"\xef\xbb\xbfx",
    b"\x7f",
    b"\x08\x08\x08",
    b"\xf0\x9f\x92\xa9",
    b"e\xcc\x81",
    b"a" + b"\xcc\x81" * 300,
    b"\xe3\x80\x80",
    b"\xc2\xa0",
    b"%s%n%d",
    b"{{.}}",
    b"${HOME}",
    b"$(touch canary)",
    b"`touch canary`",
    b"; touch canary",
    b"'",
    b'"',
    b"\\",
    b"../../../../etc/passwd",
    b"/dev/zero",
    b"/proc/self/mem",
    b"-",
    b"--help",
    b"-o",
    b"null",
    b"true",
    b"no",
    b"~",
    b"NaN",
    b"Infinity",
    b"-0",
    b"1e999",
    b"0x10",
    b"010",
    b"1_000",
    b"=",
    b"a: b",
    b"- a",
    b"#",
    b"!!binary x",
    b"&a",
    b"*a",
    b"@",
    b"%",
    b"|",
    b">",
    b"?",
    b"{",
    b"[",
    b"]",
    b"}",
    b",",
    b"\t",
    b"\n",
    b"\n\n---\n",
    b"...",
    b"<<: *a",
    b"0" * 400,
    b"9" * 400,
    b"x" * 9000,
    b"\xc3\xa9" * 5000,
    b"a/b",
    b"a//b",
    b"/",
    b".",
    b"..",
    b"a" * 256,
    b"::",
    b"[::1]:99999",
    b"256.1.1.1",
    b"fe80::1%eth0",
    b"unix:///nonexistent",
    b"2024-13-45T99:99:99Z",
    b"9999-12-31T23:59:59.999999999Z",
    b"0001-01-01T00:00:00Z",
    b"sha256:" + b"0" * 64,
    b"sha256:xyz",
    b"<script>",
    b"&amp;",
    b"]]>",
    b"::error::x",
    b"%0A::warning::x",
    b"# TYPE x",
    b'x"} 1\ny{a="',
]
NUMBERS = [
    0, -1, 1, 2, 127, 128, 255, 256, 65535, 65536, 2**31 - 1, 2**31, -2**31 - 1, 2**32, 2**53 + 1, 2**63 - 1, 2**63, -2**63,
    -2**63 - 1, 2**64 - 1, 2**64, 10**40, -10**300, 0.1, -0.0, 1.5e300, 1e-320, 1e18, 1e19, 9.2e18
]


def text(rng):
    """Returns a hostile string."""
    kind = rng.random()
    if kind < 0.75:
        return rng.choice(TEXTS)
    if kind < 0.85:
        return rng.choice(TEXTS) + rng.choice(TEXTS)
    if kind < 0.97:
        return rng.randbytes(rng.randrange(1, 40))
    return rng.choice([b"x", b"\x1b", b"\xff", b"(", b"\xe2\x80\xae", b"\n", b"A "]) * rng.choice([70000, 200000])


def valid(rng):
    """Returns a hostile string for a document, mostly valid Unicode, because most programs reject other documents."""
    data = text(rng)
    return as_text(data) if rng.random() < 0.1 else data.decode("utf-8", "replace")


def as_text(data):
    """Represents bytes as a Python string that `dump` turns into the same bytes."""
    return data.decode("utf-8", "surrogateescape")


def nested(rng, core=1):
    """Returns a deeply nested value."""
    value, depth = core, rng.choice([10, 31, 32, 33, 100, 128, 400])
    in_list = rng.random() < 0.5
    for _ in range(depth):
        value = [value] if in_list else {"a": value}
    return value


def value(rng):
    """Returns a value of any type for a JSON document."""
    kind = rng.randrange(9)
    if kind < 4:
        return valid(rng)
    if kind < 6:
        return rng.choice(NUMBERS)
    if kind == 6:
        return rng.choice([None, True, False, [], {}, [None], {"": ""}, [[]], {"a": None}])
    if kind == 7:
        return nested(rng)
    return [valid(rng) for _ in range(rng.randrange(5))]


def places(tree):
    """Returns all (container, key) pairs of a tree, at most 20,000."""
    found, rest = [], [tree]
    while rest and len(found) < 20000:
        node = rest.pop()
        for key in node if isinstance(node, dict) else range(len(node)):
            found.append((node, key))
            if isinstance(node[key], (dict, list)):
                rest.append(node[key])
    return found


def mutate_tree(rng, tree, most=4):
    """Changes a tree in place at a few random places, and returns it."""
    for _ in range(rng.randint(1, most)):
        found = places(tree) if isinstance(tree, (dict, list)) else []
        if not found:
            return value(rng)
        # Leaves are far more numerous than containers, so the upper levels get their own rng.
        node, key = rng.choice(found[:20]) if rng.random() < 0.2 else rng.choice(found)
        other, other_key = rng.choice(found)
        kind = rng.randrange(12)
        if kind < 4:
            node[key] = value(rng)
        elif kind == 4:
            del node[key]
        elif kind == 5:
            node[key] = copy.deepcopy(other[other_key])
        elif kind == 6:
            node[key], other[other_key] = copy.deepcopy(other[other_key]), copy.deepcopy(node[key])
        elif kind == 7 and isinstance(node, list):
            node[key:key] = [copy.deepcopy(node[key]) for _ in range(rng.choice([1, 2, 30]))]
        elif kind == 8 and isinstance(node, dict):
            node[valid(rng)] = node.pop(key) if rng.random() < 0.5 else copy.deepcopy(node[key])
        elif kind == 9 and isinstance(node[key], str):
            data = node[key].encode("utf-8", "surrogateescape")
            cut = rng.randint(0, len(data))
            node[key] = as_text(data[:cut]) + valid(rng) + as_text(data[cut:])
        elif kind == 10 and isinstance(node[key], (int, float)) and not isinstance(node[key], bool):
            node[key] = rng.choice(
                [-node[key], node[key] + 1,
                 str(node[key]), node[key] * 10**12,
                 rng.choice(NUMBERS)])
        else:
            node[key] = [node[key]] if rng.random() < 0.5 else {"x": node[key]}
    return tree


def soften(rng, tree, most=4):
    """Changes a tree in place, but keeps the types of its values, so that more programs accept it."""
    for _ in range(rng.randint(1, most)):
        found = places(tree) if isinstance(tree, (dict, list)) else []
        if not found:
            return tree
        node, key = rng.choice(found[:20]) if rng.random() < 0.2 else rng.choice(found)
        old = node[key]
        if isinstance(old, bool):
            node[key] = not old
        elif isinstance(old, str):
            alike = [other[name] for other, name in found if isinstance(other[name], str)]
            node[key] = valid(rng) if rng.random() < 0.6 else rng.choice(alike)
        elif isinstance(old, (int, float)):
            node[key] = rng.choice([0, -1, 1, old + 1, -old, 2**31, 2**32, 2**63 - 1, -2**63])
        elif isinstance(old, dict) and isinstance(node, list):
            if rng.random() < 0.5:
                del node[key]
            else:
                node.append(copy.deepcopy(old))
                if isinstance(node[-1].get("id"), str):
                    node[-1]["id"] = "%064x" % rng.getrandbits(256)
        elif isinstance(old, dict) and old and all(isinstance(value_, str) for value_ in old.values()):
            old[valid(rng)] = valid(rng)
        elif isinstance(old, list) and old and all(isinstance(value_, str) for value_ in old):
            old.extend(valid(rng) for _ in range(rng.choice([1, 1, 100])))
        elif isinstance(node, dict) and rng.random() < 0.2:
            del node[key]
    return tree


def dump(rng, tree):
    """Writes a tree as JSON, in one of several layouts."""
    layout = rng.random()
    indent, ascii_only = (2 if layout < 0.5 else None), layout > 0.8
    try:
        data = json.dumps(tree, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogateescape")
    except (RecursionError, UnicodeEncodeError):
        data = b'{"a":' * 2000
    return data


def mutate_bytes(rng, data, most=4):
    """Changes bytes: flips, deletions, insertions, repetitions, truncation."""
    data = bytearray(data)
    for _ in range(rng.randint(1, most)):
        length = len(data)
        start = rng.randint(0, length)
        end = min(length, start + rng.choice([1, 1, 2, 4, 16, 100, 1000]))
        kind = rng.randrange(10)
        if kind < 2 and start < length:
            data[start] ^= 1 << rng.randrange(8)
        elif kind == 2 and start < length:
            data[start] = rng.randrange(256)
        elif kind == 3:
            del data[start:end]
        elif kind < 6:
            data[start:start] = text(rng)
        elif kind == 6:
            data[start:start] = data[start:end] * rng.choice([1, 2, 20])
        elif kind == 7:
            data[start:end] = text(rng)
        elif kind == 8:
            target = rng.randint(0, length)
            piece = data[start:end]
            del data[start:end]
            data[target:target] = piece
        elif rng.random() < 0.3:
            del data[start:]
        else:
            data[start:start] = rng.choice([b"[", b"{", b"(", b"- ", b"  ", b'"', b"{a: ", b"{a=", b"a."]) * \
                rng.choice([10, 64, 500, 5000, 60000])
    return bytes(data)


def mutate_lines(rng, data, most=4):
    """Changes lines: of YAML, TOML, INI files and logs."""
    lines = data.split(b"\n")
    for _ in range(rng.randint(1, most)):
        if not lines:
            lines = [b""]
        number = rng.randrange(len(lines))
        line = lines[number]
        kind = rng.randrange(10)
        if kind < 4:
            cut = max(line.find(b": "), line.find(b"= "), line.rfind(b" "))
            lines[number] = line[:cut + 2] + text(rng) if cut >= 0 else text(rng)
        elif kind == 4:
            del lines[number]
        elif kind == 5:
            lines[number:number] = [line] * rng.choice([1, 2, 50])
        elif kind == 6:
            lines[number] = rng.choice([b"  ", b"\t", b"- ", b"    "]) + line
        elif kind == 7:
            lines[number] = line.lstrip()
        elif kind == 8:
            other = rng.randrange(len(lines))
            lines[number], lines[other] = lines[other], line
        else:
            lines[number] = mutate_bytes(rng, line, 1)
    return b"\n".join(lines)


def frame(rng, data):
    """Sometimes changes what surrounds a document: its byte order mark, its line ends, its end."""
    kind = rng.random()
    if kind < 0.03:
        return b"\xef\xbb\xbf" + data
    if kind < 0.06:
        return data.replace(b"\n", b"\r\n")
    if kind < 0.08:
        return data[:rng.randint(0, len(data))]
    if kind < 0.09:
        return data + data
    if kind < 0.10:
        return data.decode("utf-8", "replace").encode(rng.choice(["utf-16", "utf-16-be", "utf-32"]))
    if kind < 0.11:
        return b"\0" * rng.choice([1, 4096]) + data
    if kind < 0.12:
        return data + rng.choice([b" ", b"\n", b"\0", b"#"]) * 100000
    return data


def document(rng, data, tree=False):
    """Returns a hostile version of a document, which is JSON if `tree` is true; sometimes random bytes."""
    kind = rng.random()
    if kind < 0.02:
        return rng.randbytes(rng.choice([0, 1, 3, 50, 3000]))
    if kind < 0.03:
        opening = rng.choice([b"[", b"{\"a\":", b"- ", b"{a: ", b"{a=", b"&a [*a", b"? ", b"[[a]]\n"])
        return rng.choice([b"", b"a = ", b"a: "]) + opening * \
            rng.choice([100, 5000, 100000])
    if kind < 0.05:
        return frame(rng, data)
    if tree and kind < 0.65:
        return frame(rng, dump(rng, soften(rng, json.loads(data)))) if rng.random() < 0.2 else \
            dump(rng, soften(rng, json.loads(data)))
    if tree and kind < 0.88:
        return frame(rng, dump(rng, mutate_tree(rng, json.loads(data))))
    if kind < 0.94:
        return frame(rng, mutate_lines(rng, data))
    return frame(rng, mutate_bytes(rng, data))


def word(rng, data):
    """Returns a hostile version of a word for a command line, without NUL."""
    changed = text(rng) if rng.random() < 0.3 else mutate_bytes(rng, data, 2)
    return changed.replace(b"\0", b"")[:100000]
