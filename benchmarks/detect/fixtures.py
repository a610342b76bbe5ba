"""The peers' own fixtures: fixtures.py BENCHGATE FOLDER. One line for each file, peer and setting.

The peers' answers are not the truth; docs/detect.md says why benchgate differs where it does.
"""
import json
import pathlib
import subprocess
import sys

NEAR = 5
program, folder = sys.argv[1], pathlib.Path(sys.argv[2])


def is_near(point, others):
    return any(abs(point - other) <= NEAR for other in others)


found = {}
print(f"{'file':24s} {'agreed':14s} {'only the peer':28s} {'only benchgate':20s} peer")
for case in json.loads((folder / "expected.json").read_text()):
    name = case["file"]
    if name not in found:
        done = subprocess.run([program, "detect", str(folder / name), "--json", "-"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, check=True)
        found[name] = json.loads(done.stdout)
    ours = [point["index"] for point in found[name]["points"]]
    minor = [point["index"] for point in found[name]["minor"]]
    theirs = case["points"]
    missed = [f"{p}{' (minor)' if is_near(p, minor) else ''}" for p in theirs if not is_near(p, ours)]
    agreed = ",".join(str(p) for p in theirs if is_near(p, ours))
    extra = ",".join(str(p) for p in ours if not is_near(p, theirs))
    shown = ",".join(missed) if len(missed) <= 4 else f"{len(missed)} points"
    print(f"{name:24s} {agreed or '-':14s} {shown or '-':28s} {extra or '-':20s} {case['peer']}: {case['settings']}")
