"""Keeps once what golden directories have in common: tokenizers, and the weights of cases that differ in something else.

    python shared_files.py ../resources

A file that lies in more than one directory becomes a relative symbolic link to one copy, which is named by its contents:

    ../resources/golden-shared/tokenizer-1b2f0c3d.json

So each directory is a complete model directory for whoever opens it; Maven copies what a link leads to.
"""

import glob
import hashlib
import os
import sys
from collections import defaultdict

MIN_BYTES = 4096  # smaller ones are configurations, which are easier to read where they belong


def share(resources):
    """Makes the links of all directories, and removes copies that no link leads to any more."""
    folder = os.path.join(os.path.realpath(resources), "golden-shared")
    os.makedirs(folder, exist_ok=True)
    paths = glob.glob(os.path.join(os.path.realpath(resources), "golden*", "**", "*.*"), recursive=True)
    same = defaultdict(list)
    for path in sorted(paths):
        if os.path.isfile(path) and not os.path.islink(path) and os.path.getsize(path) >= MIN_BYTES:
            with open(path, "rb") as file:
                same[hashlib.sha256(file.read()).hexdigest()].append(path)
    for digest, twins in same.items():
        if len(twins) > 1:
            stem, extension = os.path.splitext(os.path.basename(twins[0]))
            copy = os.path.join(folder, f"{stem.split('-')[0]}-{digest[:8]}{extension}")
            for path in twins:
                if path != copy:
                    os.replace(path, copy)
                    os.symlink(os.path.relpath(copy, os.path.dirname(path)), path)
    used = {os.path.realpath(path) for path in paths if os.path.islink(path)}
    used |= {os.path.realpath(path) for twins in same.values() for path in twins}
    for copy in os.listdir(folder):
        if os.path.join(folder, copy) not in used:
            os.remove(os.path.join(folder, copy))


if __name__ == "__main__":
    share(sys.argv[1])
