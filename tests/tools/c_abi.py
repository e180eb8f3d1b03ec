#!/usr/bin/env python3
"""Read include/privacypass.h as a compiler of C would, and compare or pin what is in it.

    c_abi.py functions HEADER [--freestanding]   print the names of its functions, sorted
    c_abi.py use HEADER                          print a C program that names every macro
    c_abi.py pins HEADER                         print a C file of static assertions: every number, text, size and offset
    c_abi.py unpinned HEADER PINS                print what HEADER has and PINS does not assert; exit 1 if there is any
    c_abi.py --self-test                         prove that each kind of declaration is seen

The header is made by cbindgen in one style (ffi/tests/header.rs), and what does not look like that style is an error.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

# The version moves with every release; tests/c/version.c checks it. The others say how the header is used.
NOT_PINNED = re.compile(r"PRIVACYPASS_H|PP_HOSTED|PP_FREESTANDING|PP_VERSION.*")


class Header:
    """What a header declares, each with whether only a hosted program sees it."""

    def __init__(self, text):
        self.constants, self.functions, self.structs = {}, {}, {}
        text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
        conditions, code = [], []
        for line in text.splitlines():
            line = line.strip()
            directive = re.match(r"#\s*(\w+)\s*(.*)", line)
            hosted = "defined(PP_HOSTED)" in conditions
            if not directive:
                if "__cplusplus" not in conditions:
                    code.append((line, hosted))
                continue
            word, rest = directive.groups()
            if word in ("if", "ifdef", "ifndef"):
                conditions.append(rest.strip("() ") if word != "if" else rest.strip())
            elif word == "endif":
                conditions.pop()
            elif word == "define":
                name, _, value = rest.partition(" ")
                if value and "(" not in name:  # a macro with arguments is no constant
                    self.constants[name] = (value.strip(), hosted)
            elif word != "include":
                raise ValueError(f"an unexpected directive: {line}")
        self.declarations(code)

    def declarations(self, code):
        """Split the code at the semicolons outside of braces."""
        part, depth = "", 0
        for line, hosted in code:
            for character in line + " ":
                depth += {"{": 1, "}": -1}.get(character, 0)
                if character == ";" and depth == 0:
                    self.declaration(" ".join(part.split()), hosted)
                    part = ""
                else:
                    part += character
        if part.strip():
            raise ValueError(f"this has no end: {part.strip()}")

    def declaration(self, text, hosted):
        if match := re.fullmatch(r"typedef struct (\w+) \{(.*)\} (\w+)", text):
            fields = [self.field(field.strip()) for field in match[2].split(";") if field.strip()]
            self.structs[match[3]] = (fields, hosted)
        elif re.fullmatch(r"typedef [\w ]+", text):  # a number, or an incomplete type
            return
        elif match := re.fullmatch(r"typedef .*\(\*(\w+)\)\(.*\)", text):  # a callback
            return
        elif match := re.fullmatch(r"[\w ]+?[ *]+(pp_\w+)\(.*\)", text):
            self.functions[match[1]] = hosted
        else:
            raise ValueError(f"what is this? {text}")

    @staticmethod
    def field(text):
        match = re.search(r"\(\*(\w+)\)\(", text) or re.search(r"(\w+)(?:\[\w+\])*$", text)
        return match[1]

    def pinned_constants(self):
        return {name: at for name, at in self.constants.items() if not NOT_PINNED.fullmatch(name)}


def guarded(lines, hosted):
    return ["#if defined(PP_HOSTED)", *lines, "#endif"] if hosted else lines


def numbers(constants, header_path):
    """Ask the compiler for the value of each number; its type may be any."""
    names = [name for name, (value, _) in constants.items() if not value.startswith('"')]
    prints = "".join(f'    printf("%lld\\n", (long long){name});\n' for name in names)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "values.c")
        source.write_text(f"#include <stdio.h>\n#include <privacypass.h>\nint main(void) {{\n{prints}    return 0;\n}}\n")
        program = str(Path(folder, "values"))
        subprocess.run(["cc", f"-I{Path(header_path).resolve().parent}", str(source), "-o", program], check=True)
        values = subprocess.run([program], check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    return dict(zip(names, values, strict=True))


def layouts(structs, header_path):
    """Ask the compiler for the size, alignment and offsets of each struct."""
    prints = ""
    for name, (fields, _) in structs.items():
        prints += f'    printf("%lu %lu\\n", (unsigned long)sizeof({name}), (unsigned long)_Alignof({name}));\n'
        prints += "".join(f'    printf("%lu\\n", (unsigned long)offsetof({name}, {field}));\n' for field in fields)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "layouts.c")
        source.write_text(f"#include <stdio.h>\n#include <privacypass.h>\nint main(void) {{\n{prints}    return 0;\n}}\n")
        program = str(Path(folder, "layouts"))
        subprocess.run(["cc", "-std=c11", f"-I{Path(header_path).resolve().parent}", str(source), "-o", program], check=True)
        lines = iter(subprocess.run([program], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines())
    result = {}
    for name, (fields, _) in structs.items():
        size, alignment = next(lines).split()
        result[name] = (size, alignment, [next(lines) for _ in fields])
    return result


def pins(header, path):
    constants = header.pinned_constants()
    values = numbers(constants, path)
    out = [
        "/*",
        " * Every number, text, size and offset of include/privacypass.h, as promised: a program that was compiled with them must",
        " * go on working. Made by `UPDATE_ABI=1 tests/tools/stages.sh abi`; compiled in every run of that stage.",
        " *",
        " * Sizes and offsets are those of 64-bit systems.",
        " */",
        "#include <privacypass.h>",
        "",
        "#define PIN(what, value) _Static_assert((what) == (value), #what)",
        "",
        "/* Numbers. */",
    ]
    for name, (value, hosted) in constants.items():
        if name in values:
            out += guarded([f"PIN({name}, {values[name]});"], hosted)
    out += ["", "/* Texts: a macro may be defined again only with the same text. */"]
    for name, (value, hosted) in constants.items():
        if name not in values:
            out += guarded([f"#define {name} {value}"], hosted)
    out += ["", "/* Structs. */"]
    for name, (size, alignment, offsets) in layouts(header.structs, path).items():
        fields, hosted = header.structs[name]
        lines = [f"PIN(sizeof({name}), {size});", f"PIN(_Alignof({name}), {alignment});"]
        lines += [f"PIN(offsetof({name}, {field}), {at});" for field, at in zip(fields, offsets, strict=True)]
        out += guarded(lines, hosted)
    return "\n".join(out).replace("#endif\n#if defined(PP_HOSTED)\n", "") + "\n"


def unpinned(header, text):
    wanted = []
    for name, (value, _) in header.pinned_constants().items():
        wanted.append(f"#define {name} " if value.startswith('"') else f"PIN({name}, ")
    for name, (fields, _) in header.structs.items():
        wanted.append(f"PIN(sizeof({name}), ")
        wanted += [f"PIN(offsetof({name}, {field}), " for field in fields]
    return [want.rstrip(" ,") for want in wanted if not any(line.startswith(want) for line in text.splitlines())]


def use(header):
    """A program that names each macro, and needs each number to be one the preprocessor can compare."""
    out = ["#include <privacypass.h>", "#include <privacypass.h>", "int use(void);", "int use(void) {"]
    for name, (value, hosted) in header.constants.items():
        if name == "PP_HOSTED":
            continue
        if value.startswith('"'):
            lines = [f"    if ({name}[0] == '?') {{", "        return 0;", "    }"]
        else:
            lines = [f"#if {name} < 0 || {name} >= 0", f"    (void){name};", "#endif"]
        out += guarded(lines, hosted)
    return "\n".join([*out, "    return pp_version() == PP_VERSION;", "}", ""])


SAMPLE = """
#ifndef PRIVACYPASS_H
#define PRIVACYPASS_H
#if !defined(PP_FREESTANDING)
#define PP_HOSTED 1
#endif
#ifdef __cplusplus
extern "C" {
#endif
#define PP_A (-1)
#define PP_VERSION 7
typedef int32_t pp_status; /* int pp_no(void); */
typedef struct pp_x pp_x;
typedef struct pp_y { int a; const pp_x *b; uint8_t c[32]; pp_status (*d)(void *ctx, int n); } pp_y;
pp_status pp_one(pp_x *x,
                 int y);
#if defined(PP_HOSTED)
#define PP_B "text"
const char *pp_two(void);
#endif
#ifdef __cplusplus
}
#endif
#endif
"""


def self_test():
    header = Header(SAMPLE)
    assert header.functions == {"pp_one": False, "pp_two": True}, header.functions
    assert header.pinned_constants() == {"PP_A": ("(-1)", False), "PP_B": ('"text"', True)}, header.constants
    assert header.structs == {"pp_y": (["a", "b", "c", "d"], False)}, header.structs
    full = "PIN(PP_A, -1)\n#define PP_B \"text\"\nPIN(sizeof(pp_y), 1)\n" + "".join(f"PIN(offsetof(pp_y, {f}), 0)\n" for f in "abcd")
    assert unpinned(header, full) == [], unpinned(header, full)
    for line in full.splitlines():
        assert len(unpinned(header, full.replace(line, ""))) == 1, line
    for strange in ("#define PP_C 1\n#pragma pack(1)\n", "union pp_u { int a; };\n", "int pp_three(void)\n"):
        try:
            Header(strange)
        except ValueError:
            continue
        raise AssertionError(f"accepted: {strange}")
    print("c_abi: self-test ok")


def main():
    match sys.argv[1:]:
        case ["--self-test"]:
            self_test()
        case ["functions", path, *rest]:
            for name, hosted in sorted(Header(Path(path).read_text()).functions.items()):
                if not (hosted and "--freestanding" in rest):
                    print(name)
        case ["use", path]:
            print(use(Header(Path(path).read_text())), end="")
        case ["pins", path]:
            print(pins(Header(Path(path).read_text()), path), end="")
        case ["unpinned", path, pinned]:
            missing = unpinned(Header(Path(path).read_text()), Path(pinned).read_text())
            print("".join(f"{name}\n" for name in missing), end="")
            return 1 if missing else 0
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
