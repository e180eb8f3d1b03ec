#!/usr/bin/env python3
"""Check that no dependency needs a newer compiler than the workspace states.

The compiler of that age is not needed for this: every package states its `rust-version`. The GitHub workflow builds
with the compiler itself.

    msrv.py               check the workspace; exit 1 and name each package that is too new
    msrv.py --self-test   prove that a package which is too new, and a member that states no version, are reported
"""

import json
import subprocess
import sys
from pathlib import Path


def version(text):
    """Make (1, 88, 0) of "1.88"; three parts, so that 1.88 and 1.88.0 are equal."""
    parts = [int(part) for part in text.split("-")[0].split(".")]
    return tuple(parts + [0] * (3 - len(parts)))


def check(metadata):
    """Return the problems of one `cargo metadata`, and the version that the workspace states."""
    members = set(metadata["workspace_members"])
    problems, stated = [], {}
    for package in metadata["packages"]:
        if package["id"] in members:
            if package["rust_version"] is None:
                problems.append(f"{package['name']}: a member of the workspace states no rust-version")
            else:
                stated[package["name"]] = package["rust_version"]
    if len(set(stated.values())) > 1:
        problems.append(f"the members state different versions: {stated}")
    if not stated:
        return problems, None
    floor = min(stated.values(), key=version)
    for package in metadata["packages"]:
        needed = package["rust_version"]
        if needed is not None and version(needed) > version(floor):
            problems.append(f"{package['name']} {package['version']} needs Rust {needed}; the workspace states {floor}")
    return problems, floor


def self_test():
    def package(name, rust_version):
        return {"id": name, "name": name, "version": "1.0.0", "rust_version": rust_version}

    def problems(*packages):
        return check({"workspace_members": ["a", "b"], "packages": list(packages)})[0]

    a, b = package("a", "1.88"), package("b", "1.88")
    cases = [
        (problems(a, b, package("old", "1.87.5"), package("same", "1.88.0"), package("silent", None)), 0),
        (problems(a, b, package("new", "1.88.1")), 1),
        (problems(a, b, package("new", "1.100")), 1),
        (problems(a, package("b", None)), 1),
        (problems(a, package("b", "1.90")), 2),
    ]
    wrong = [case for case in cases if len(case[0]) != case[1]]
    for case in wrong:
        print(f"self-test: expected {case[1]} problems, got {case[0]}")
    print(f"msrv: self-test, {len(cases) - len(wrong)} cases right, {len(wrong)} wrong")
    return 1 if wrong else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    root = Path(__file__).resolve().parents[2]
    command = ["cargo", "metadata", "--format-version", "1", "--all-features", "--locked"]
    metadata = json.loads(subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE).stdout)
    problems, floor = check(metadata)
    for problem in problems:
        print(problem)
    if not problems:
        print(f"msrv: {len(metadata['packages'])} packages, none needs more than Rust {floor}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
