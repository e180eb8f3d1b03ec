#!/usr/bin/env python3
"""Check that the panic-free proof calls every public function of `wire` and `http`.

A function counts as called when its name stands in the file of the proof as a call. Functions behind `alloc` or `std`
are not in the program that the proof links; those inside tests are not either.
"""

import re
import sys
from pathlib import Path

from layers import strip

ROOT = Path(__file__).resolve().parents[2]
FUNCTION = re.compile(r"^ *pub (?:const |async )*fn (\w+)", re.M)
GATED = re.compile(r'feature = "(alloc|std)"')

# Public functions that the proof cannot reach, each with its reason.
EXEMPT = {
    ("wire", "as_token_ref"): "needs a Token, which only a role can make; it calls TokenRef::parse, which is proved",
}


def functions(folder):
    """Yield (name, file) of every public function below the folder that a build without features has."""
    for path in sorted(folder.rglob("*.rs")):
        text = path.read_text(encoding="utf-8")
        code = strip(text)
        code = code.split("#[cfg(test)]")[0]
        for match in FUNCTION.finditer(code):
            # The attributes stand directly above; `strip` blanks their strings, so look at the text as written.
            above = text[: match.start()].rsplit("\n\n", 1)[-1]
            if not GATED.search(above):
                yield match.group(1), path


def main():
    missing, count = [], 0
    for layer in ("wire", "http"):
        calls = strip((ROOT / f"tests/panic-free/src/{layer}.rs").read_text(encoding="utf-8"))
        for name, path in functions(ROOT / "core/src" / layer):
            count += 1
            if (layer, name) not in EXEMPT and not re.search(rf"\b{name}\b(::<[^>]*>)?\(|::{name}\b", calls):
                missing.append(f"{path.relative_to(ROOT)}: `{name}` is not called in tests/panic-free/src/{layer}.rs")
    for problem in missing:
        print(problem)
    if not missing:
        print(f"panic-free: all {count} public functions of wire and http are called")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
