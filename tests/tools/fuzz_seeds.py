#!/usr/bin/env python3
"""Write a seed corpus for each fuzz target, made of the published vectors.

    fuzz_seeds.py FOLDER    fills FOLDER/<target>/
"""

import base64
import hashlib
import json
import sys
from pathlib import Path

VECTORS = Path(__file__).resolve().parents[1] / "vectors"


def load(name):
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


def b64(data):
    return base64.urlsafe_b64encode(data).decode()


def pending(token_type, token, secret):
    """A sealed PendingToken: magic and version, the token's input, what the blinding keeps, SHA-256."""
    body = b"PPPT\x01" + token[:98] + secret
    return body + hashlib.sha256(body).digest()


def main():
    out = Path(sys.argv[1])
    seeds = {name: [] for name in ("challenge token token_request www_authenticate authorization base64 spki "
                                   "directory pending").split()}
    for case in load("rfc9577/challenge.json")["vectors"]:
        if "_derived_token_challenge" in case:
            seeds["challenge"].append(bytes.fromhex(case["_derived_token_challenge"]))
    for case in load("rfc9577/headers.json")["vectors"]:
        for name, value in case.items():
            if isinstance(value, str) and "PrivateToken" in value:
                seeds["www_authenticate"].append(value.encode())
    seeds["www_authenticate"].append(b'Basic realm="a, b"\nPrivateToken challenge=AAIAAWkAAAA=, max-age = 10,x="\\""')
    for token_type, name in ((1, "rfc9578/type1.json"), (2, "rfc9578/type2.json")):
        keys = []
        for case in load(name):
            token, key = bytes.fromhex(case["token"]), bytes.fromhex(case["pkS"])
            challenge, request = bytes.fromhex(case["token_challenge"]), bytes.fromhex(case["token_request"])
            keys.append({"token-type": token_type, "token-key": b64(key), "not-before": 1_700_000_000})
            seeds["challenge"].append(challenge)
            seeds["token"].append(token)
            seeds["token_request"].append(request)
            seeds["authorization"] += [f"PrivateToken token={b64(token)}".encode(),
                                       f'Basic QTpC, privatetoken token="{b64(token)}", x=1'.encode()]
            seeds["base64"] += [b64(challenge).encode(), b64(key).rstrip("=").encode()]
            if token_type == 2:
                seeds["spki"].append(key)
                seeds["pending"].append(pending(token_type, token, bytes.fromhex(case["blind"])))
            else:
                # The blind, then the blinded element that the proof will be checked against.
                seeds["pending"].append(pending(token_type, token, bytes.fromhex(case["blind"]) + request[3:]))
        directory = {"issuer-request-uri": "/token-request", "token-keys": keys[:2]}
        seeds["directory"].append(json.dumps(directory).encode())
    for target, inputs in seeds.items():
        folder = out / target
        folder.mkdir(parents=True, exist_ok=True)
        for data in inputs:
            (folder / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
    print(f"fuzz: {sum(len(set(inputs)) for inputs in seeds.values())} seeds for {len(seeds)} targets")


if __name__ == "__main__":
    main()
