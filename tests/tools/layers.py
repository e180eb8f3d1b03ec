#!/usr/bin/env python3
"""Check that imports run one way.

The rules are those of the design: `wire`, `http` and `crypto` do not know each other; `issuance` joins `wire` and
`crypto`; the roles use `issuance`, `http` and `directory`; the crates around the core use its paved path. It also
checks that `unsafe` stands only in the folders that may hold it.

    layers.py               check the repository; exit 1 and name file and line of every forbidden edge
    layers.py --self-test   prove that the check fails on forbidden edges, and passes on allowed ones
"""

import re
import sys
import tempfile
from pathlib import Path

BASE = {"error", "token_type", "provider"}
ROLES = {"client", "issuer", "origin", "attester"}

# What each top-level module of core may name, beside itself. A module that is missing here is an error: whoever adds
# one says where it stands.
ALLOWED = {
    "error": set(),
    "token_type": {"error"},
    "provider": BASE,
    "wire": BASE,
    "http": BASE,
    "crypto": BASE,
    "issuance": BASE | {"wire", "crypto"},
    "directory": BASE | {"wire", "http", "issuance"},
    "store": BASE | {"wire"},
    **{role: BASE | {"wire", "http", "issuance", "directory"} for role in ROLES},
}

# Modules that hold only documentation and re-exports may name anything.
OPEN = {"", "manual", "hazmat", "prelude"}

# A test of one role plays the others against it. The three lower layers stay apart in their tests too.
TEST_EXTRA = {module: ROLES for module in ROLES | {"issuance", "directory", "store"}}

# Crates outside core, and the paths of `privacypass_core` that they may not name, save in the files listed.
OUTSIDE = {
    "ffi": (("crypto",), set()),
    "bindings/http": (("crypto",), set()),
    # `inspect` and `bench` show what lies below the roles.
    "bindings/cli": (("crypto",), {
        "bindings/cli/src/inspect/findings.rs",
        "bindings/cli/src/inspect/report.rs",
        "bindings/cli/tests/findings.rs",
    }),
}

# Where `unsafe` may stand; each block still needs its reason (clippy: undocumented_unsafe_blocks).
UNSAFE = (
    "core/src/crypto/kernels/",  # SIMD
    "ffi/",  # the C boundary
    "tests/c/gates/",  # a second Rust archive, with functions for C
    "tests/no-alloc/",  # its own _start and system calls
    "tests/panic-free/",  # the same
    "tests/ct/",  # valgrind's client requests
    "tests/fuzz/",  # libFuzzer's entry point
)

SKIPPED_FOLDERS = {"target", ".git", ".cache", "node_modules"}

TOKEN = re.compile(r"::|[A-Za-z_][A-Za-z0-9_]*|[{}();,*#\[\]!$=&<>.]")


def strip(text):
    """Blank out comments, strings and character literals, keeping every newline."""
    pattern = re.compile(
        r"""//[^\n]*
        | (?<![A-Za-z0-9_]) b?r(\#*)".*?"\1
        | (?<![A-Za-z0-9_]) [bc]? "(?:\\.|[^"\\])*"
        | b?'(?:\\(?:u\{[0-9a-fA-F_]+\}|x..|.)|[^'\\\n])'""",
        re.S | re.X,
    )
    out, at = [], 0
    text = strip_block_comments(text, pattern)
    for match in pattern.finditer(text):
        out.append(text[at : match.start()])
        out.append(re.sub(r"[^\n]", " ", match.group()))
        at = match.end()
    out.append(text[at:])
    return "".join(out)


def strip_block_comments(text, pattern):
    """Blank out `/* */` comments, which nest, without looking inside strings or line comments."""
    out, at, depth = [], 0, 0
    while at < len(text):
        if depth == 0:
            match = pattern.match(text, at)
            if match and match.end() > at:
                out.append(match.group())
                at = match.end()
                continue
        pair = text[at : at + 2]
        if pair == "/*":
            depth, at = depth + 1, at + 2
            out.append("  ")
        elif pair == "*/" and depth:
            depth, at = depth - 1, at + 2
            out.append("  ")
        else:
            out.append(text[at] if depth == 0 or text[at] == "\n" else " ")
            at += 1
    return "".join(out)


def tokens(text):
    """List the tokens we care about, each with its line."""
    line, at, result = 1, 0, []
    for match in TOKEN.finditer(text):
        line += text.count("\n", at, match.start())
        at = match.start()
        result.append((match.group(), line))
    return result


def expand(toks, at):
    """Expand the path or use tree at `at`; return the list of paths and where it ends."""
    prefix = []
    while at < len(toks):
        tok = toks[at][0]
        if tok == "{":
            paths, at = [], at + 1
            while at < len(toks) and toks[at][0] != "}":
                if toks[at][0] == ",":
                    at += 1
                    continue
                inner, at = expand(toks, at)
                paths += [prefix + path for path in inner]
                if at < len(toks) and toks[at][0] == "as":
                    at += 2
            return paths, at + 1
        if tok == "*" or re.match(r"[A-Za-z_]", tok):
            prefix.append(tok)
            at += 1
        else:
            break
        if at < len(toks) and toks[at][0] == "::":
            if at + 1 < len(toks) and toks[at + 1][0] == "<":  # a turbofish ends the path
                break
            at += 1
        else:
            break
    return [prefix], at


def module_of(path, src):
    """The module path of a file below `src`, as a list."""
    parts = list(path.relative_to(src).with_suffix("").parts)
    return parts[:-1] if parts[-1] in ("lib", "mod") else parts


def edges(path, src):
    """Yield (line, is_test, path from the crate root) for every path of the file that names the crate."""
    file_module = module_of(path, src)
    toks = tokens(strip(path.read_text(encoding="utf-8")))
    scopes = []  # (name of an inline module or None, is_test)
    file_is_test = "tests" in file_module
    pending_test, pending_module, at = False, None, 0
    while at < len(toks):
        tok, line = toks[at]
        if tok == "#" and [t for t, _ in toks[at + 1 : at + 6]] == ["[", "cfg", "(", "test", ")"]:
            pending_test, at = True, at + 7
            continue
        if tok == "mod" and at + 2 < len(toks) and toks[at + 2][0] == "{":
            pending_module, at = toks[at + 1][0], at + 2
            continue
        if tok == "{":
            scopes.append((pending_module, pending_test))
            pending_module, pending_test = None, False
        elif tok == "}" and scopes:
            scopes.pop()
        before = toks[at - 1][0] if at else ""
        # `pub(crate)` and `pub(super)` are no paths; a segment inside a longer path was read with it.
        starts = tok in ("crate", "super", "self") and before != "::" and not (before == "(" and toks[at - 2][0] == "pub")
        follows = toks[at + 1][0] if at + 1 < len(toks) else ""
        if starts and (follows == "::" or (before == "use" and tok != "self")):
            paths, end = expand(toks, at)
            here = file_module + [name for name, _ in scopes if name]
            is_test = file_is_test or pending_test or any(test for _, test in scopes)
            for path_segments in paths:
                yield line, is_test, resolve(path_segments, here)
            at = end
            if tok != "use":
                pending_test = False
            continue
        if tok == ";":
            pending_test = False
        at += 1


def resolve(segments, here):
    """Turn `crate::…`, `super::…`, `self::…` into a path from the crate root."""
    if segments[0] == "crate":
        base, rest = [], segments[1:]
    else:
        base, rest = list(here), list(segments)
        while rest and rest[0] in ("self", "super"):
            if rest[0] == "super":
                base = base[:-1]
            rest = rest[1:]
    if rest and rest[-1] == "self":
        rest = rest[:-1]
    return base + rest


def root_exports(src):
    """Map each name that lib.rs re-exports to the module it comes from."""
    toks = tokens(strip((src / "lib.rs").read_text(encoding="utf-8")))
    names = {}
    for at, (tok, _) in enumerate(toks):
        if tok == "use":
            paths, _ = expand(toks, at + 1)
            for path in paths:
                path = [part for part in path if part not in ("crate", "self")]
                if len(path) > 1:
                    names[path[-1]] = path[0]
    return names


def check_core(root):
    src = root / "core/src"
    exports = root_exports(src)
    modules = {path.stem if path.is_file() else path.name for path in src.iterdir()} - {"lib"}
    problems = []
    for name in sorted(modules - set(ALLOWED) - OPEN):
        problems.append(f"core/src/{name}: this module has no place in the layers: give it one in tests/tools/layers.py")
    for path in sorted(src.rglob("*.rs")):
        own = (module_of(path, src) or [""])[0]
        if own in OPEN or own not in ALLOWED:
            continue
        for line, is_test, target in edges(path, src):
            where = f"{path.relative_to(root)}:{line}"
            if not target or target[0] == "*":
                problems.append(f"{where}: {own} takes in the whole crate: name what it uses")
                continue
            module = target[0] if target[0] in modules else exports.get(target[0])
            if module is None:
                problems.append(f"{where}: {own} names crate::{target[0]}, which is no module and no re-export")
                continue
            allowed = ALLOWED[own] | (TEST_EXTRA.get(own, set()) if is_test else set())
            if module != own and module not in allowed:
                problems.append(f"{where}: {own} must not use {module} (crate::{'::'.join(target)})")
    return problems


def rust_files(root):
    stack = [root]
    while stack:
        for path in sorted(stack.pop().iterdir()):
            if path.is_symlink():
                continue
            if path.is_dir():
                if path.name not in SKIPPED_FOLDERS:
                    stack.append(path)
            elif path.suffix == ".rs":
                yield path


def check_crates(root):
    problems = []
    for folder, (forbidden, exempt) in OUTSIDE.items():
        if not (root / folder).is_dir():
            continue
        for path in rust_files(root / folder):
            name = str(path.relative_to(root))
            if name in exempt:
                continue
            toks = tokens(strip(path.read_text(encoding="utf-8")))
            for at, (tok, line) in enumerate(toks):
                if tok != "privacypass_core":
                    continue
                follows = toks[at + 1][0] if at + 1 < len(toks) else ""
                if follows == "as" or (at and toks[at - 1][0] == "use" and follows == ";"):
                    problems.append(f"{name}:{line}: {folder} renames the core: name what it uses")
                paths, _ = expand(toks, at)
                for path_segments in paths:
                    if len(path_segments) > 1 and path_segments[1] in (*forbidden, "*"):
                        problems.append(f"{name}:{line}: {folder} must not use {'::'.join(path_segments)}")
    return problems


def check_unsafe(root):
    problems = []
    for path in rust_files(root):
        name = str(path.relative_to(root))
        if name.startswith(UNSAFE):
            continue
        for tok, line in tokens(strip(path.read_text(encoding="utf-8"))):
            if tok == "unsafe":
                problems.append(f"{name}:{line}: `unsafe` may not stand here")
    return problems


def check(root):
    return check_core(root) + check_crates(root) + check_unsafe(root)


LIB = "mod error; pub mod wire; pub mod http; pub mod crypto; pub mod client;\npub use error::{Error, Result};\npub use crate::client::Client;\n"

# (file, text, a part of the problem that must be reported, or None when the text is allowed)
CASES = [
    ("core/src/wire/mod.rs", "use crate::error::Error;\nuse crate::{Result, token_type::TokenType};", None),
    ("core/src/wire/mod.rs", "use super::token::Token; pub(crate) fn f(self) {}", "no module and no re-export"),
    ("core/src/wire/token.rs", "use super::challenge::Challenge;", None),
    ("core/src/wire/mod.rs", "use crate::http::Value;", "wire must not use http"),
    ("core/src/wire/mod.rs", "use crate::{error::Error, crypto::{pss, rsa}};", "wire must not use crypto"),
    ("core/src/wire/deep/x.rs", "fn f() { super::super::super::crypto::pss::go() }", "wire must not use crypto"),
    ("core/src/wire/mod.rs", "use super::http;", "wire must not use http"),
    ("core/src/wire/mod.rs", "use crate::*;", "whole crate"),
    ("core/src/wire/mod.rs", "use super::*;", "whole crate"),
    ("core/src/wire/mod.rs", "use crate as c;", "whole crate"),
    ("core/src/wire/mod.rs", "use crate::{self as c};", "whole crate"),
    ("core/src/wire/mod.rs", "use super as c;", "whole crate"),
    ("core/src/wire/mod.rs", "use crate::Client;", "wire must not use client"),
    ("core/src/wire/mod.rs", "macro_rules! m { () => { $crate::crypto::x() } }", "wire must not use crypto"),
    ("core/src/wire/mod.rs", "mod tests { use super::*; use crate::Result; }", None),
    ("core/src/wire/mod.rs", "#[cfg(test)] mod tests { use super::*; use super::super::http; }", "wire must not use http"),
    ("core/src/wire/mod.rs", "// use crate::http::X;\n/* crate::http /* nested */ crate::crypto */\nconst S: &str = \"crate::http\\\"\";", None),
    ("core/src/wire/mod.rs", "const Q: u8 = b'\"'; use crate::http::X; const R: char = '\"';", "wire must not use http"),
    ("core/src/wire/mod.rs", "fn f<'a>(x: &'a str) -> &'a str { crate::http::g(x) }", "wire must not use http"),
    ("core/src/http/mod.rs", "use crate::wire::Token;", "http must not use wire"),
    ("core/src/crypto/mod.rs", "use crate::wire::Token;", "crypto must not use wire"),
    ("core/src/issuance/mod.rs", "use crate::{crypto, wire};", None),
    ("core/src/issuance/mod.rs", "use crate::http::X;", "issuance must not use http"),
    ("core/src/client.rs", "use crate::crypto::pss;", "client must not use crypto"),
    ("core/src/client.rs", "use crate::issuer::Issuer;", "client must not use issuer"),
    ("core/src/client.rs", "#[cfg(test)]\nmod tests { use crate::issuer::Issuer; }", None),
    ("core/src/client.rs", "#[cfg(test)]\nuse crate::wire::A;\nuse crate::issuer::Issuer;", "client must not use issuer"),
    ("core/src/directory.rs", "use crate::client::Client;", "directory must not use client"),
    ("core/src/directory.rs", "use crate::crypto::rsa;", "directory must not use crypto"),
    ("core/src/surprise.rs", "", "no place in the layers"),
    ("core/src/manual/mod.rs", "use crate::crypto::rsa;", None),
    ("bindings/http/src/lib.rs", "use privacypass_core::{client::Client, Error};", None),
    ("bindings/http/src/lib.rs", "use privacypass_core::crypto::rsa;", "must not use privacypass_core::crypto"),
    ("bindings/http/src/lib.rs", "use privacypass_core::{Error, crypto::{rsa}};", "must not use privacypass_core::crypto"),
    ("bindings/http/src/lib.rs", "use privacypass_core as core;", "renames the core"),
    ("bindings/http/src/lib.rs", "use privacypass_core::*;", "must not use privacypass_core::*"),
    ("ffi/src/origin.rs", "use privacypass_core::origin::Origin; fn f() { unsafe { g() } }", None),
    ("ffi/src/origin.rs", "use privacypass_core::crypto::pss;", "ffi must not use privacypass_core::crypto"),
    ("bindings/cli/src/main.rs", "fn f() { privacypass_core::crypto::rsa::go() }", "must not use privacypass_core::crypto"),
    ("bindings/cli/src/main.rs", "fn f() { unsafe { g() } }", "`unsafe` may not stand here"),
    ("core/src/wire/mod.rs", "#![forbid(unsafe_code)] // unsafe", None),
    ("tests/no-alloc/src/main.rs", "unsafe { g() }", None),
]


def self_test():
    failed = 0
    for file, text, expected in CASES:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for module in ("error", "token_type", "http", "crypto", "issuer"):
                stub = root / f"core/src/{module}.rs"
                stub.parent.mkdir(parents=True, exist_ok=True)
                stub.write_text("")
            (root / "core/src/lib.rs").write_text(LIB)
            for stub in ("wire/mod.rs", "client.rs"):
                (root / "core/src" / stub).parent.mkdir(exist_ok=True)
                (root / "core/src" / stub).write_text("")
            replaced = root / "core/src" / (Path(file).parts[2] + ".rs" if file.startswith("core/src/") else "")
            if file.endswith("mod.rs") and replaced.is_file():
                replaced.unlink()
            target = root / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
            problems = check(root)
        good = not problems if expected is None else any(expected in problem for problem in problems)
        if not good:
            failed += 1
            print(f"self-test: {file}: {text!r}\n  expected {expected!r}\n  got {problems}")
    print(f"layers: self-test, {len(CASES) - failed} cases right, {failed} wrong")
    return 1 if failed else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    root = Path(__file__).resolve().parents[2]
    problems = check(root)
    for problem in problems:
        print(problem)
    if not problems:
        print("layers: every import runs one way")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
