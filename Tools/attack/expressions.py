"""The part `expressions`: hostile templates, paths, columns, regular expressions, selectors, durations and sizes."""

import os
import shutil
import subprocess
import tempfile

import common
import mutations
from snapshots import DESCRIPTION, simulate

PATHS = [
    b"{.items[*].metadata.name}", b"{range .items[*]}{.id}{\"\\t\"}{.state}{\"\\n\"}{end}",
    b"{.items[?(@.state=='SANDBOX_READY')].id}", b"{.items[0:2:1].metadata['name','uid']}", b"{..name}", b"{.items[-1:]}",
    b"{.items[?(@.createdAt>\"1\")]..labels}", b"{$.items[?(@.labels.app==\"web\" )]}",
    b"{.items[*]['labels'].io\\.kubernetes\\.pod\\.name}", b"text {.items[0]} text",
    b"{.items[?(@.metadata.attempt<=0)].metadata.attempt}", b"{'a'}{\"b\"}{3}{true}",
    b"{range .items[*]}{range .labels}{.}{end}{end}"
]
TEMPLATES = [
    b"{{range .items}}{{.id}} {{.metadata.name | printf \"%-10s|%q|%x\"}}{{\"\\n\"}}{{end}}",
    b"{{len .items}}{{index .items 0 \"id\"}}",
    b"{{with $x := .items}}{{range $i, $e := $x}}"
    b"{{if and (gt $i 0) (lt $i 2)}}{{$i}}{{else if eq $i 0}}-{{else}}+{{end}}{{end}}{{end}}",
    b"{{define \"t\"}}{{.}}{{end}}{{template \"t\" .items}}{{block \"b\" .}}x{{end}}",
    b"{{/* c */ -}} a {{- `raw` | html | js | urlquery}}",
    b"{{printf \"%5d %t %v %#v %T %e %08.3f %c %U %s\" 12 true .items nil 1 1.5 2.5 65 66 \"a\"}}",
    b"{{slice \"abcdef\" 1 3}}{{not 0}}", b"{{$x := 1}}{{$x = 0x1F}}{{$x}}{{1_000}}{{'a'}}{{1e3}}{{0b11}}{{ 1i }}",
    b"{{range 3}}{{.}}{{break}}{{end}}{{json .}}",
    b"{{call .items}}{{print 1 2 \"a\"}}{{println}}{{.items | len | printf \"%d\" | printf \"%s\"}}",
    b"{{define \"r\"}}{{template \"r\" .}}{{end}}{{template \"r\" .}}"
]
COLUMNS = [
    b"NAME:.metadata.name,ID:.id", b"A:.labels.app,B:{.createdAt}", b"X:.metadata['name']", b"N:.items[0]", b"A:.a,A:.b"
]
PATTERNS = [
    b"web", b"^w.*b$", b"(a|b)*c{2,5}", b"[[:alpha:]]+[^a-z\\d]", b"\\p{Greek}\\PL\\x{10FFFF}", b"(?i:w)(?P<n>e)(?:b)",
    b"(?s).*?", b"\\Qa.b\\E", b"((((a{1,10}){1,10}){1,10}))", b"(a*)*b", b"[\\]a-]", b"\\bweb\\B|$", b"x{1000}", b"(?U)a+",
    b"(a|aa)+$", b"[a-\\x{1F600}]"
]
LABELS = [b"app=web", b"app", b"io.kubernetes.pod.name=web", b"=", b"a=b=c", b"app="]
SORTS = [b"name", b"-created", b".metadata.name", b"-.labels.app", b"{.id}", b"id", b"-", b"."]
DURATIONS = [
    b"1s", b"1m30s", b"500ms", b"1.5h", b"10", b"-1s", b"+2s", b"1e3s", b"\xc2\xb5s", b"1\xc2\xb5s", b"0", b"9999999999h",
    b".s", b"1..2s", b"0x1s"
]
SIZES = [b"100", b"64Mi", b"1e6", b"-1", b"9223372036854775807", b"0x10", b"1_0", b"2.5G", b"9223372036854775808", b"1k"]

LISTS = ["pods", "ps", "images", "stats", "statsp"]
DOCUMENTS = ["inspect", "inspectp", "inspecti", "info", "imagefsinfo", "metricsp", "metricdescs"]


def joined(rng, texts):
    """Returns an expression: valid, put together from pieces, or changed."""
    text = rng.choice(texts)
    kind = rng.random()
    if kind < 0.1:
        return text
    if kind < 0.3:
        other = rng.choice(texts)
        return text[:rng.randint(0, len(text))] + other[rng.randint(0, len(other)):]
    if kind < 0.4:
        return (text * rng.choice([2, 50, 3000]))[:120000]
    if kind < 0.45:
        starts = [b"{", b"{{", b"(", b"[", b"{{if 1}}", b"{range .}", b"..", b"{{(", b"((a|", b"[?(@.a==", b"a{1000}", b"!"]
        return rng.choice(starts) * \
            rng.choice([3, 100, 1000, 20000])
    if kind < 0.6:
        start = rng.randint(0, len(text))
        return text[:start] + rng.choice(mutations.NUMBERS).__str__().encode() + text[start:]
    return mutations.word(rng, text)


@common.part
class Expressions(common.Part):
    """Expressions in small languages, which the user (or a script on behalf of others) passes as options."""

    name = "expressions"
    summary = "hostile templates, JSON paths, columns, regular expressions, selectors, durations and sizes"

    def __init__(self, setting):
        super().__init__(setting)
        self.directory = tempfile.mkdtemp(prefix="attack-expressions-")
        description = os.path.join(self.directory, "pods.yaml")
        with open(description, "wb") as file:
            file.write(DESCRIPTION)
        self.server, self.socket = simulate(setting, self.directory, "sim", "--description", description)
        self.container = subprocess.run([setting.cri, "-r", self.socket, "ps", "-q"],
                                        capture_output=True,
                                        check=True,
                                        text=True).stdout.split()[0]

    def close(self):
        self.server.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def ordinary(self):
        return [common.Case(["-r", self.socket, command]) for command in LISTS + ["info"]]

    def case(self, rng, number):
        kind = rng.randrange(12)
        raw, timeout = False, 4
        if kind < 5:
            form, texts = rng.choice([("jsonpath", PATHS), ("go-template", TEMPLATES), ("custom-columns", COLUMNS)])
            text = joined(rng, texts)
            command = rng.choice(LISTS + DOCUMENTS)
            words = [command] + (["-a"] if command == "ps" else [])
            if command == "inspect":
                words.append(self.container)
            elif command in ("inspectp", "inspecti"):
                words += [] if command == "inspectp" else ["localhost/busybox:1"]
            words += [b"-o", form.encode() + b"=" +
                      text] if rng.random() < 0.9 or form != "go-template" else [b"--template", text]
            raw = True
        elif kind < 8:
            command = rng.choice(["pods", "ps", "inspectp"])
            words = [command, rng.choice([b"--name", b"--namespace"]), joined(rng, PATTERNS)]
            if rng.random() < 0.2:
                command = "images"
                words = ["images", "-f", b"reference=" + joined(rng, PATTERNS)]
        elif kind == 8:
            command = rng.choice(["pods", "ps", "stats"])
            words = [command, b"--label", joined(rng, LABELS)]
        elif kind == 9:
            command = rng.choice(["pods", "ps", "images"])
            words = [command, b"--sort-by=" + joined(rng, SORTS), "-o", rng.choice(["table", "wide", "name"])]
        elif kind == 10:
            command = "version"
            words = [b"-t", joined(rng, DURATIONS)[:2000], "version"]
            if rng.random() < 0.5:
                command = "logs"
                words = ["logs", b"--since", joined(rng, DURATIONS)[:2000], self.container]
                raw = True
        else:
            command = "update"
            words = [
                "update",
                rng.choice([b"--memory", b"--cpu-quota", b"--cpu-share", b"--oom-score-adj", b"--cpuset-cpus"]),
                joined(rng, SIZES)[:2000], self.container
            ]
        if command == "stats":
            words += ["-s", "0"]
        start = [] if words[0] == b"-t" else ["-t", "2s"]
        words = [common.as_bytes(word).replace(b"\0", b"") for word in words]
        return common.Case(["-r", self.socket, *start, *words], command=command, raw=raw, timeout=timeout)
