"""Protocol buffers without a library: the messages of the CRI from `Protos`, valid samples, and damage to bytes.

`Schema` reads the proto file, so that messages can be made for every method. `Recordings` contains what real runtimes
sent. `damage` changes bytes at random, `Samples` makes messages that are valid but hostile.
"""

import base64
import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

# Texts that a careless program prints, parses, or uses as a path.
HOSTILE_TEXTS = [
    "\x1b]0;title\x07", "\x1b[2J\x1b[31mred", "\x1bP+q544e\x1b\\", "\x9b31m", "\u202eevil\u202c", "a\u200bb", "\u2028x\u2029",
    "\x00", "nul\x00inside", "line\nline", "\r\rover", "\ttab", "../../../etc/passwd", "/../..", "/dev/zero", "/dev/tty",
    "/proc/self/mem", "-rf", "--help", "%s%n%n%n", "{{.}}", "$(id)", "`id`", "'; id; '", "a" * 5000, "\U0010ffff",
    "\ufeff", "e\u0301" * 300, "}{", '{"a":1}', "[" * 2000, '{"a":' * 500, "<script>", "::error::x", "\x7f\x08\x08", "",
    " ", "null", "true", "1e999", "-0", "0x10", "! tag", "&a *a", "? :", "---\n", "...", "|", "\U000e0041", "not ok 1 # x",
    "\u0085next\u00ad", "\x1b[6n", "\x1b]52;c;aGk=\x07", "\x1b]8;;http://x\x07y",
]
INVALID_TEXTS = [b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"abc\x80", b"\xe2\x82", b"\xf0\x9f\x92",
                 b"\x1b[31m\xff", b"\xc3"]
INTERESTING = [0, 1, 2, 127, 128, 255, 256, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**53, 2**63 - 1, 2**63, 2**64 - 1,
               1700000000, 1700000000 * 10**9, 253402300800 * 10**9 & (2**64 - 1), 2**64 - 10**9]


def varint(value):
    """Encodes an unsigned number of at most 64 bits."""
    value &= 2**64 - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number, content):
    """Encodes one field: a number as a varint, text and bytes with their length."""
    if isinstance(content, bool) or isinstance(content, int):
        return varint(number << 3) + varint(int(content))
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else bytes(content)
    return varint(number << 3 | 2) + varint(len(data)) + data


def read_varint(data, offset):
    """Returns the number at an offset and the offset after it."""
    value = shift = 0
    while True:
        byte = data[offset]
        offset += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, offset
        if shift > 63:
            raise ValueError("varint")


def read_fields(data):
    """Returns the fields of a message as (number, value); raises ValueError or IndexError if it is malformed."""
    fields, offset = [], 0
    while offset < len(data):
        tag, offset = read_varint(data, offset)
        kind = tag & 7
        if kind == 0:
            value, offset = read_varint(data, offset)
        elif kind == 2:
            size, offset = read_varint(data, offset)
            value, offset = data[offset:offset + size], offset + size
            if offset > len(data):
                raise ValueError("length")
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
            value, offset = data[offset:offset + size], offset + size
        else:
            raise ValueError("wire type")
        fields.append((tag >> 3, value))
    return fields


class Schema:
    """The messages and methods of one proto file."""

    def __init__(self, path=ROOT / "Protos/runtime/v1/api.proto"):
        text = re.sub(r"//[^\n]*", "", Path(path).read_text())
        self.enums = {name: [int(n) for n in re.findall(r"=\s*(\d+)", body)]
                      for name, body in re.findall(r"\benum (\w+)\s*\{([^}]*)\}", text)}
        self.messages = {}
        for name, body in re.findall(r"\bmessage (\w+)\s*\{([^}]*)\}", text):
            pattern = r"(repeated\s+)?(map<\s*\w+\s*,\s*\w+\s*>|\w+)\s+(\w+)\s*=\s*(\d+)\s*;"
            self.messages[name] = [(int(number), kind, label, bool(repeated))
                                   for repeated, kind, label, number in re.findall(pattern, body)]
        self.methods = {}
        for service, body in re.findall(r"\bservice (\w+)\s*\{(.*?)\n\}", text, re.S):
            for name, request, stream, response in re.findall(
                    r"rpc (\w+)\((\w+)\) returns \((stream )?(\w+)\)", body):
                self.methods[name] = (service, request, response, bool(stream))


class Samples:
    """Makes messages that are valid for the schema, with hostile values."""

    def __init__(self, schema, random):
        self.schema, self.random = schema, random
        # A few IDs are used over and over, so that objects refer to each other and IDs occur twice.
        self.ids = ["%064x" % random.getrandbits(256) for _ in range(4)] + ["a", "../x", "\x1b[1m"]
        self.hostility = random.choice([0.02, 0.1, 0.5, 1.0])

    def text(self, label):
        random = self.random
        if random.random() < self.hostility:
            if random.random() < 0.1:
                return random.choice(INVALID_TEXTS)
            return random.choice(HOSTILE_TEXTS)
        if label.endswith("id") or label == "image_ref":
            return random.choice(self.ids)
        if label == "log_path":
            return random.choice(["/var/log/pods/x/0.log", "/dev/zero", "/proc/self/maps", "/etc/shadow", "../x"])
        if label in ("ip", "pod_cidr"):
            return random.choice(["10.0.0.7", "fd00::1", "300.1.1.1", "::ffff:1.2.3.4", "10.0.0.7/24", "%eth0", ""])
        if label == "runtime_name":
            return random.choice(["containerd", "cri-o", "docker", "x" * 300])
        if label == "runtime_version":
            return random.choice(["1.6.12", "v2.1.4", "1.6.20~ds1", "9" * 400, "1.-2.3", "v", "1.6.12-rc.1+x"])
        if label == "url":
            return "http://127.0.0.1:1/x"
        return random.choice(["web", "default", "kube-system", "a/b", "app"])

    def scalar(self, kind, label):
        random = self.random
        if kind in ("string", "bytes"):
            return self.text(label)
        if kind == "bool":
            return random.randrange(2)
        if kind in self.schema.enums:
            values = self.schema.enums[kind]
            return random.choice(values) if random.random() > self.hostility / 2 else random.choice(INTERESTING)
        return random.choice(INTERESTING) if random.random() < 0.7 else random.getrandbits(random.randrange(1, 65))

    def message(self, name, depth=0):
        """Encodes a message with random fields."""
        random, out = self.random, []
        for number, kind, label, repeated in self.schema.messages[name]:
            if random.random() < (0.15 if depth < 3 else 0.5):
                continue
            count = random.choice([0, 1, 2, 3, 7] if depth < 2 else [0, 1, 2]) if repeated else 1
            for _ in range(count):
                out.append(self.value(number, kind, label, depth))
        if random.random() < 0.05:
            random.shuffle(out)
        if random.random() < 0.05 and out:
            out.append(random.choice(out) * random.choice([1, 2, 50]))
        return b"".join(out)

    def value(self, number, kind, label, depth):
        if kind.startswith("map<"):
            entries = b""
            for _ in range(self.random.choice([0, 1, 2, 5])):
                content = self.json() if label == "info" else self.text(label)
                entries += field(number, field(1, "info" if label == "info" else self.text("key")) + field(2, content))
            return entries
        if kind in self.schema.messages:
            return field(number, self.message(kind, depth + 1)) if depth < 6 else b""
        if kind in ("double", "float"):
            return varint(number << 3 | (1 if kind == "double" else 5)) + self.random.randbytes(8 if kind == "double" else 4)
        return field(number, self.scalar(kind, label))

    def poison(self, name, data, share):
        """Copies a valid message and replaces some of its values with hostile ones; also repeats and drops elements."""
        random, fields, out = self.random, {number: rest for number, *rest in self.schema.messages[name]}, []
        for number, value in read_fields(data):
            kind, label, repeated = fields.get(number, ("unknown", "", False))
            if isinstance(value, int):
                changes = random.random() < share / 4
                out.append(field(number, random.choice(INTERESTING) if changes else value))
                continue
            if kind.startswith("map<"):
                key, text = (dict(read_fields(value)).get(at, b"") for at in (1, 2))
                if label == "info" and random.random() < share:
                    text = self.poison_json(text)
                elif label != "info" and random.random() < share:
                    key, text = (self.text("key"), text) if random.random() < 0.3 else (key, self.text("value"))
                value = field(1, key) + field(2, text)
            elif kind in self.schema.messages:
                value = self.poison(kind, value, share)
            elif kind == "string" and random.random() < share * (0.1 if label.endswith("id") else 1):
                text = random.choice(HOSTILE_TEXTS + self.ids) if random.random() < 0.9 else random.choice(INVALID_TEXTS)
                value = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
            elif kind in ("double", "float", "unknown"):
                continue
            count = random.choice([0, 2]) if repeated and random.random() < share / 10 else 1
            out.append(field(number, value) * count)
        return b"".join(out)

    def poison_json(self, text):
        """Replaces some strings and numbers in JSON text."""
        random = self.random

        def replace(value):
            if isinstance(value, dict):
                return {key if random.random() > 0.02 else random.choice(HOSTILE_TEXTS): replace(item)
                        for key, item in value.items()}
            if isinstance(value, list):
                return [replace(item) for item in value]
            if random.random() < 0.1:
                return random.choice(HOSTILE_TEXTS + [None, True, -1, 2**63, 1e300, [], {}])
            return value

        try:
            return json.dumps(replace(json.loads(text)), ensure_ascii=random.random() < 0.5).encode("utf-8", "surrogatepass")
        except ValueError:
            return text

    def json(self):
        """Makes text for `info`: JSON as runtimes write it, or something that only begins like it."""
        random = self.random
        choice = random.randrange(8)
        if choice == 0:
            return random.choice(HOSTILE_TEXTS)
        if choice == 1:
            return "[" * random.choice([10, 100, 20000])
        if choice == 2:
            return json.dumps({"pid": random.choice([-1, 0, 1, 2**31, 2**63, "x", None, [], {}]), "sandboxID": "x"})
        if choice == 3:
            return '{"pid":' + random.choice(["1e400", "-0", "0.1e-999", "9" * 500, "NaN", "tru", '"\\ud800"', ""]) + "}"
        if choice == 4:
            return '{"a":1,"a":2,' * 50 + '"b":3' + "}" * 50
        spec = {"process": {"args": [random.choice(HOSTILE_TEXTS)], "env": ["SECRET=atk-secret-value"]},
                "linux": {"namespaces": [{"type": "network", "path": random.choice(["/proc/1/ns/net", "/dev/zero", "../x",
                                                                                  "/run/netns/x\x00"])}]},
                "root": {"path": "/"}}
        return json.dumps({"pid": random.choice([0, 1, 2**22]), "runtimeSpec": spec, "config": {}, "runtimeType": "x",
                           "snapshotter": "overlayfs", "cniResult": {"Interfaces": {"eth0": {"IPConfigs": [{"IP": "x"}]}}}})


class Recordings:
    """The responses of real runtimes, by method and request."""

    def __init__(self):
        self.runtimes = []
        for path in sorted((ROOT / "Tests/Support/Recordings").glob("*/*-restart.jsonl")):
            calls = {}
            for line in path.read_text().splitlines():
                call = json.loads(line)
                name = call["method"].rsplit("/", 1)[-1]
                request = base64.b64decode(call["request"])
                answer = (base64.b64decode(call["response"]), call["code"], call["message"])
                calls.setdefault((name, None), answer)
                calls[(name, request)] = answer
            if len(calls) > 10:
                self.runtimes.append(calls)

    @staticmethod
    def answer(calls, name, request):
        """Returns the recorded response with its status and message; for unknown methods UNIMPLEMENTED."""
        return calls.get((name, request)) or calls.get((name, None)) or (b"", 12, "unknown method " + name)


def damage(data, random, times=None):
    """Changes bytes at random: bits, lengths, insertions, deletions, repetitions, truncation."""
    data = bytearray(data)
    for _ in range(times or random.choice([1, 1, 1, 2, 3, 8, 30])):
        size = len(data)
        at = random.randrange(size + 1)
        kind = random.randrange(9)
        if kind == 0 and size:
            data[at % size] ^= 1 << random.randrange(8)
        elif kind == 1 and size:
            data[at % size] = random.choice([0, 1, 0x7f, 0x80, 0xff, random.randrange(256)])
        elif kind == 2:
            data[at:at] = random.randbytes(random.choice([1, 2, 4, 16, 300]))
        elif kind == 3:
            del data[at:at + random.choice([1, 2, 4, 16, 200])]
        elif kind == 4:
            piece = data[at:at + random.choice([1, 4, 40, 400])]
            data[at:at] = piece * random.choice([1, 2, 20])
        elif kind == 5:
            del data[at:]
        elif kind == 6:
            data[at:at] = varint(random.choice(INTERESTING))
        elif kind == 7:
            data[at:at] = random.choice(INVALID_TEXTS + [text.encode() for text in HOSTILE_TEXTS])
        elif size:
            other = random.randrange(size)
            data[at:at] = data[other:other + random.choice([2, 10, 100])]
    return bytes(data)


def shapes(random):
    """Makes a message that is small on the wire and large in memory, or long to read."""
    size = random.choice([1 << 10, 1 << 14, 1 << 18, 1 << 20] + [4 << 20] * (random.random() < 0.1))
    number = random.choice([1, 1, 1, 2, 3, 5, 7, 8, 12])
    unit = random.choice([
        field(number, b""), field(1, field(1, "ab")), field(1, field(number, b"")), varint(number << 3) + b"\x01",
        b"\xc8\x3e\x01", field(1, b"\xc8\x3e\x01"), field(1, field(8, field(1, "k") + field(2, "v"))),
        field(1, field(5, field(1, random.randbytes(2)) + field(2, ""))), field(1, field(2, field(1, "n") + field(2, "u"))),
        field(1, field(3, "x")), b"\x0b\x0c", field(2, field(1, "info") + field(2, "{}")), field(3, field(1, "x"))])
    data = unit * (size // len(unit))
    kind = random.randrange(5)
    if kind == 0:
        return field(1, data)
    if kind == 1:
        nested = b""
        for _ in range(random.choice([31, 32, 33, 100, 1000])):
            nested = field(number, nested)
        return nested
    if kind == 2:
        return field(1, field(1, bytes([random.choice([1, 27, 0x61, 0xff])]) * size))
    if kind == 3:
        return b"".join(field(1, field(1, "%x" % i) + field(random.choice([5, 8]), field(1, "%d" % i) + field(2, "")))
                        for i in range(min(size // 20, 8000)))
    return data
