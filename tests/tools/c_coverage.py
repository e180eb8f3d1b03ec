#!/usr/bin/env python3
"""Check that the header documents every function completely, and that the C tests try all it says.

It reads include/privacypass.h, and tests/c/*.c after the preprocessor, so that a test may use macros. The rules:

  - a function that returns something has a `Returns:` list, and one that returns pp_status lists PP_OK and its errors,
    all of which exist;
  - every argument but detail stands under `Out:` or `In:`, with a description, and nothing else stands there;
  - arguments stand in the order the header promises: outputs before inputs, (out, capacity, *out_len), detail last;
  - no line is longer than 100 columns;
  - every function is called in tests/c/arguments*.c; one that returns pp_status has a FUNCTION there, which is RUN;
  - every status a function lists is provoked somewhere: CHECK_STATUS(PP_ERR_X, pp_function(...)), or by the rules that
    arguments.h tries on every argument. What a test cannot provoke stands in EXEMPT, with the reason.

    c_coverage.py               check the repository; exit 1 and name what is missing
    c_coverage.py --self-test   prove that each rule can fail
"""

import os
import re
import subprocess
import sys
from pathlib import Path

COLUMNS = 100

# Statuses that no C program on a machine in order can see: (function, status) or (None, status) for all functions.
EXEMPT = {
    (None, "PP_ERR_NO_MEMORY"): "the heap would have to fail",
    ("pp_issuer_issue", "PP_ERR_SIGNER"): "the processor would have to miscalculate",
}

# What arguments.h provokes for a function, by what stands in its FUNCTION.
ENGINE = [
    (re.compile(r"\barg_(output|memory)\("), "PP_ERR_BUFFER_TOO_SMALL"),
    (re.compile(r"\b(arg_(optional_)?table|flow_rng|flow_expected)\("), "PP_ERR_UNSUPPORTED"),
    (re.compile(r"\barg_value\(.*PP_ERR_ALREADY_USED"), "PP_ERR_ALREADY_USED"),
]
# Reasons for PP_ERR_MISUSE that it provokes wherever they stand. Any other needs a test of its own.
ENGINE_MISUSE = re.compile(r"filled already|(is|are) empty|holds nothing|not aligned|breaks a rule|was not called|^ ?pp_detail.index")

DECLARATION = re.compile(r"^/\*\*\n((?: \*.*\n)*?) \*/\n((?:const )?\w+ \**)(pp_\w+)\(([^;{}]*)\);", re.M)
ENTRY = re.compile(r"^(?:Out: |In:  |     )    (\w+(?:, \w+)*)(?:  +(\S.*))?$")
CHECKED = re.compile(r"test_check_status\(\(+(-?\d+)\)+, \((pp_\w+)\(")
FUNCTION = re.compile(r"^FUNCTION\((pp_\w+)(.*?)^}", re.M | re.S)


class Function:
    """One function of the header: its prototype and what its comment says."""

    def __init__(self, comment, result, name, parameters, line):
        self.name, self.result, self.line = name, result.strip(), line
        self.parameters = []
        for parameter in " ".join(parameters.split()).split(", "):
            if parameter != "void":
                kind, parameter_name = re.match(r"(.*?)(\w+)$", parameter).groups()
                self.parameters.append((kind.strip(), parameter_name))
        self.returns, self.described, self.problems = [], {}, []
        self.misuse = []
        self.read([text[3:] if len(text) > 3 else "" for text in comment.splitlines()])

    def read(self, lines):
        section = None
        for text in lines:
            found = re.match(r"(Returns|Out|In):", text)
            if found:
                section = found.group(1)
            elif text and not text.startswith("    "):
                section = None
            if section == "Returns":
                self.read_status(text[9:].lstrip("* ") if text.startswith("Returns:") else text.lstrip("* "))
            elif section:
                self.read_argument(text)

    def read_status(self, text):
        leading = re.match(r"(PP_(?:OK|ERR_\w+))(?: \([^)]*\))?(, |:|$)", text)
        if text.startswith("as pp_") or (not leading and not self.returns and self.result == "pp_status"):
            self.problems.append(f"lists {text!r} in place of its statuses")
        while leading:
            self.returns.append(leading.group(1))
            text = text[leading.end():]
            leading = re.match(r"(PP_ERR_\w+)(?: \([^)]*\))?(, |:|$)", text) if leading.group(2) == ", " else None
        if self.returns and self.returns[-1] == "PP_ERR_MISUSE":
            self.misuse.append(text)

    def read_argument(self, text):
        entry = ENTRY.match(text)
        if not entry:
            if not text.startswith(" " * 10):
                self.problems.append(f"has an entry that cannot be read: {text!r}")
            return
        for name in entry.group(1).split(", "):
            if name in self.described:
                self.problems.append(f"describes {name} twice")
            self.described[name] = entry.group(2)

    def misuse_reasons(self):
        return [reason for reason in re.split(r"[;:] ?", " ".join(self.misuse)) if reason.strip()]


def functions(header):
    return [
        Function(*found.groups(), header.count("\n", 0, found.start(3)) + 1) for found in DECLARATION.finditer(header)
    ]


def check_documentation(function, statuses):
    yield from function.problems
    if function.result == "void" and function.returns:
        yield "returns nothing, but lists statuses"
    if function.result == "pp_status":
        if "PP_OK" not in function.returns:
            yield "has no Returns list with PP_OK"
        for status in function.returns:
            if status not in statuses:
                yield f"lists {status}, which does not exist"
    parameters = [name for _, name in function.parameters if name != "detail"]
    for name in parameters:
        if name not in function.described:
            yield f"does not describe {name}"
        elif not function.described[name]:
            yield f"says nothing of {name}"
    for name in function.described:
        if name not in parameters:
            yield f"describes {name}, which is no argument"


def is_output(kind):
    return kind.endswith("*") and not kind.startswith("const ")


def check_order(function):
    kinds, names = [kind for kind, _ in function.parameters], [name for _, name in function.parameters]
    if function.result == "pp_status" and (not names or names[-1] != "detail" or kinds[-1] != "pp_detail *"):
        yield "returns pp_status, but its last argument is not detail"
    input_seen = None
    # The object, which may be an array with its count, comes first, and may be an input.
    begin = 2 if names[1:2] == ["key_count"] else 1
    for at in range(begin, len(names)):
        if names[at] == "capacity" and kinds[at - 1] == "uint8_t *":
            if at + 1 == len(names) or kinds[at + 1] != "size_t *":
                yield "has a capacity that no *out_len follows"
            continue
        if names[at] in ("detail", "count") or names[at] == f"{names[at - 1]}_len":
            continue
        if not is_output(kinds[at]):
            input_seen = names[at]
        elif input_seen and kinds[at] != "void *":
            yield f"has the output {names[at]} behind the input {input_seen}"


def provoked(sources, statuses):
    """Which statuses the tests check of which functions, by name."""
    names = {number: name for name, number in statuses.items()}
    return {(function, names.get(int(number))) for text in sources for number, function in CHECKED.findall(text)}


def check(header, arguments, sources):
    statuses = {name: int(number) for name, number in re.findall(r"#define (PP_OK|PP_ERR_\w+) \(?(-?\d+)", header)}
    tried = dict(FUNCTION.findall(arguments))
    run = set(re.findall(r"^    RUN\((\w+)\);", arguments, re.M))
    seen = provoked(sources, statuses)
    problems, exempt = [], set()
    found = functions(header)
    for number, line in enumerate(header.splitlines(), 1):
        if len(line) > COLUMNS:
            problems.append(f"privacypass.h:{number}: the line has {len(line)} columns, {COLUMNS} at most")
    declared = set(re.findall(r"^(?:const )?\w+ \**(pp_\w+)\(", header, re.M))
    for name in sorted(declared - {function.name for function in found}):
        problems.append(f"privacypass.h: {name} has no comment")
    for function in found:
        def complain(text):
            problems.append(f"privacypass.h:{function.line}: {function.name} {text}")

        for text in [*check_documentation(function, statuses), *check_order(function)]:
            complain(text)
        if function.result != "pp_status":
            if not re.search(rf"\b{function.name}\(", arguments):
                complain("is not called in tests/c/arguments*.c")
            continue
        if function.name not in tried:
            complain("has no FUNCTION in tests/c/arguments*.c")
        elif function.name not in run:
            complain("has a FUNCTION in tests/c/arguments*.c that is not RUN")
        given = {status for pattern, status in ENGINE if pattern.search(tried.get(function.name, ""))}
        if all(ENGINE_MISUSE.search(reason) for reason in function.misuse_reasons()):
            given.add("PP_ERR_MISUSE")
        for status in function.returns:
            if status == "PP_OK" or status in given or (function.name, status) in seen:
                continue
            reason = {(None, status), (function.name, status)} & set(EXEMPT)
            exempt |= reason
            if not reason:
                complain(f"lists {status}, which no test provokes")
    for function, status in sorted(set(EXEMPT) - exempt, key=str):
        problems.append(f"c_coverage.py: {function} {status} is exempt for nothing")
    return problems, len(found), sum(len(function.parameters) for function in found)


def preprocess(path, include):
    """The text of a C file with its macros expanded."""
    command = [os.environ.get("CC", "cc"), "-E", "-P", f"-I{include}", f"-I{path.parent}", str(path)]
    text = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return " ".join(text.split())


HEADER = """#define PP_OK 0
#define PP_ERR_MISUSE (-1)
#define PP_ERR_MALFORMED (-16)
#define PP_ERR_NO_MEMORY (-67)
#define PP_ERR_SIGNER (-66)

/**
 * Do something.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the value holds nothing
 *          PP_ERR_MALFORMED, PP_ERR_NO_MEMORY: with
 *          the offset
 * Out:     out, out_len  the bytes
 * In:      capacity      the size of out
 *          data, len     the
 *                        input
 */
pp_status pp_do(uint8_t *out,
                size_t capacity,
                size_t *out_len,
                const uint8_t *data,
                size_t len,
                pp_detail *detail);

/**
 * Answer.
 *
 * Returns: PP_OK
 *          PP_ERR_SIGNER
 */
pp_status pp_issuer_issue(pp_detail *detail);

/**
 * End it.
 *
 * In:      data  NULL is left alone
 */
void pp_end(uint8_t *data);
"""
ARGUMENTS = """FUNCTION(pp_do, P(1)) {
    arg_output(1, 2);
}

FUNCTION(pp_issuer_issue) {
}

int main(void) {
    RUN(pp_do);
    RUN(pp_issuer_issue);
    pp_end(NULL);
}
"""
SOURCE = "test_check_status(((-16)), (pp_do(a, b)), 1);"

# (which text, what stands there, what in its place, a part of the problem that must be reported)
CASES = [
    ("header", "", "", None),
    ("header", "PP_ERR_MALFORMED, PP_", "PP_ERR_MALFORMD, PP_", "PP_ERR_MALFORMD, which does not exist"),
    ("header", "Returns: PP_OK\n *          PP_ERR_MISUSE", "Answers: PP_OK\n *          PP_ERR_MISUSE", "no Returns list"),
    ("header", "Returns: PP_OK\n *          PP_ERR_MISUSE: the value holds nothing", "Returns: as pp_end", "in place of"),
    ("header", "holds nothing", "is too blue", "PP_ERR_MISUSE, which no test provokes"),
    ("header", "holds nothing", "holds nothing; it is too blue", "PP_ERR_MISUSE, which no test provokes"),
    ("header", "out, out_len  the bytes", "out  the bytes", "does not describe out_len"),
    ("header", "capacity      the size of out", "capacity", "says nothing of capacity"),
    ("header", "capacity      the", "capacity the", "cannot be read"),
    ("header", "data, len     the", "data, size, len  the", "size, which is no argument"),
    ("header", "data  NULL is left alone", "dato  NULL is left alone", "does not describe data"),
    ("header", "capacity      the", "data          the", "describes data twice"),
    ("header", "                size_t len,\n", "                size_t len,\n                size_t *more,\n", "behind the input len"),
    ("header", "                size_t *out_len,\n", "", "no *out_len follows"),
    ("header", "pp_status pp_issuer_issue(pp_detail *detail)", "pp_status pp_issuer_issue(pp_detail *d)", "is not detail"),
    ("header", " * End it.", " * End it." + " long" * 20, "columns"),
    ("header", "/**\n * End it.\n *\n * In:      data  NULL is left alone\n */\n", "", "pp_end has no comment"),
    ("header", " *          PP_ERR_SIGNER\n", "", "exempt for nothing"),
    ("arguments", "    pp_end(NULL);\n", "", "pp_end is not called"),
    ("arguments", "FUNCTION(pp_do, P(1)) {\n    arg_output(1, 2);\n}\n", "", "pp_do has no FUNCTION"),
    ("arguments", "    RUN(pp_do);\n", "", "that is not RUN"),
    ("source", "-16", "-1", "PP_ERR_MALFORMED, which no test provokes"),
    ("source", "pp_do", "pp_done", "PP_ERR_MALFORMED, which no test provokes"),
]


def self_test():
    wrong = 0
    for which, old, new, expected in CASES:
        texts = {"header": HEADER, "arguments": ARGUMENTS, "source": SOURCE}
        assert old in texts[which], old
        texts[which] = texts[which].replace(old, new, 1)
        problems = check(texts["header"], texts["arguments"], [texts["source"]])[0]
        if not problems if expected is None else any(expected in problem for problem in problems):
            continue
        wrong += 1
        print(f"self-test: {old!r} -> {new!r}\n  expected {expected!r}\n  got {problems}")
    print(f"c_coverage: self-test, {len(CASES) - wrong} cases right, {wrong} wrong")
    return 1 if wrong else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    root = Path(__file__).resolve().parents[2]
    tests = sorted((root / "tests/c").glob("*.c"))
    arguments = "".join(path.read_text(encoding="utf-8") for path in tests if path.name.startswith("arguments"))
    header = (root / "include/privacypass.h").read_text(encoding="utf-8")
    sources = [preprocess(path, root / "include") for path in tests]
    problems, count, parameters = check(header, arguments, sources)
    for problem in problems:
        print(problem)
    if not problems:
        print(f"c_coverage: {count} functions, {parameters} arguments: all is documented, and tried")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
