#!/usr/bin/env python3
"""Run the constant-time cases under valgrind and judge the reports.

    ct.py DRIVER [CASE...]

A report is a branch or an address that depends on undefined bytes, that is on a secret. A case whose name starts with
`leak` must be reported. In every other case each report must be covered by a rule of PUBLIC, which says why the library
may let that be seen; and when all cases run, each rule must cover a report, so that none outlives its reason.
"""

import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

# What the library may let be seen, and why: (cases, where, function and file, the reason). `in` covers a report whose
# innermost function is this one, inlined functions counted apart; `below` also covers what it calls.
PUBLIC = [
    ("rsa-(key|sign)", "in", r"(PrivateKey<_,_>::(from_components|with_q_inverse)|Half<_>::new|^new<16>) .*rsa/",
     "whether the numbers are a key: the outcome of making one"),
    ("rsa-.*", "in", r"PublicKey<_>::draw ",
     "a draw that is not below the modulus is thrown away; what is seen says nothing of the one that is kept"),
    ("rsa-.*", "in", r"^(draw_blinding|blind_with|blind_encoded)<",
     "whether the product has an inverse: it has, unless somebody guessed a factor of the modulus"),
    ("rsa-.*", "in", r"^(private_one<|\{closure#1\}<32, 16> .*signer\.rs)",
     "whether the signature passed the check for faults: the outcome of signing"),
    ("rsa-finalize", "below", r"^signature_opens<",
     "the signature that finalize gives out, or refuses; the inverse cannot be had from it"),
    ("rsa-finalize", "in", r"^finalize<",
     "whether the signature verifies: the outcome of finalize"),
    ("voprf-.*", "in", r"((^|::)from_bytes .*p384/scalar\.rs|(^|::)decode_secret )",
     "whether a scalar is in range: a draw that is not is thrown away, a key that is not is refused"),
    ("voprf-derive", "in", r"^(UnknownInlinedFun|.*PrivateKey::derive) .*voprf/mod\.rs",
     "whether a derived scalar is zero, in PrivateKey::derive: it then takes the next counter"),
    ("voprf-.*", "in", r"(^|::)(to_affine|multiply_point|challenge) ",
     "whether a point is the identity, which no multiple by a scalar other than zero is"),
    ("voprf-.*", "in", r"NonceSource::scalar ",
     "whether the nonce of a proof is zero, which is an error"),
    ("voprf-evaluate-batch", "below", r"^multiply_sum_vartime<",
     "the composite of a batch: its scalars are a hash of what the issuer receives and sends"),
    ("voprf-evaluate-batch", "in", r"(^evaluate_batch|::evaluate_batch|Comb::new) ",
     "whether an evaluated element or the composite of the batch is the identity, which is an error"),
]

REPORTS = {"UninitCondition", "UninitValue", "SyscallParam"}


def where(frame):
    """The source file of a frame, with its folder when valgrind knows it."""
    return "/".join(part for part in (frame.findtext("dir"), frame.findtext("file")) if part) or "?"


def run(driver, case):
    """Run one case; return its reports, each as a kind and a stack of (function, file, line)."""
    with tempfile.TemporaryDirectory() as folder:
        xml = Path(folder) / "report.xml"
        command = ["valgrind", "-q", "--tool=memcheck", "--error-exitcode=9", "--num-callers=40", "--read-inline-info=yes",
                   "--expensive-definedness-checks=yes", "--undef-value-errors=yes", "--error-limit=no",
                   "--xml=yes", f"--xml-file={xml}", driver, case]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode not in (0, 9):
            sys.exit(f"ct: case {case} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        reports = []
        for error in ElementTree.parse(xml).getroot().iter("error"):
            frames = error.find("stack").iter("frame")
            stack = [(f.findtext("fn") or "?", where(f), f.findtext("line") or "?") for f in frames]
            reports.append((error.findtext("kind"), stack))
        # The exit code and the reports must agree, or we misread one of them.
        if (done.returncode == 9) != bool(reports):
            sys.exit(f"ct: case {case}: exit code {done.returncode} with {len(reports)} reports")
        return reports


def rule_for(case, report):
    """The number of the rule that covers a report, or None."""
    kind, stack = report
    for number, (cases, where, function, _) in enumerate(PUBLIC):
        frames = stack[:1] if where == "in" else stack
        if kind in REPORTS and re.fullmatch(cases, case) and any(re.search(function, f"{name} {file}") for name, file, _ in frames):
            return number
    return None


def show(report):
    kind, stack = report
    print(f"  {kind}")
    for function, file, line in stack:
        print(f"    {function} ({file}:{line})")
        if function.startswith("privacypass_ct"):
            break


def main():
    driver, wanted = sys.argv[1], sys.argv[2:]
    cases = subprocess.run([driver], check=True, capture_output=True, text=True).stdout.split()
    unknown = set(wanted) - set(cases)
    if unknown:
        sys.exit(f"ct: no such case: {', '.join(sorted(unknown))}")
    used, failed = set(), 0
    for case in wanted or cases:
        began = time.monotonic()
        reports = run(driver, case)
        covered = [rule_for(case, report) for report in reports]
        used.update(number for number in covered if number is not None)
        open_reports = [report for report, rule in zip(reports, covered) if rule is None]
        seconds = f"{time.monotonic() - began:.1f} s"
        if case.startswith("leak"):
            good = bool(open_reports)
            verdict = f"reported, as it must be ({len(open_reports)})" if good else "NOT REPORTED: the check shows nothing"
        else:
            good = not open_reports
            verdict = f"ok, {len(reports)} public by design" if good else f"{len(open_reports)} LEAKS"
        print(f"ct: {case:24} {verdict}, {seconds}", flush=True)
        if not good:
            failed += 1
            for report in open_reports[:8]:
                show(report)
    if not wanted:
        for number, (cases_pattern, _, function, _) in enumerate(PUBLIC):
            if number not in used:
                failed += 1
                print(f"ct: the rule ({cases_pattern}, {function}) covers nothing: remove it")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
