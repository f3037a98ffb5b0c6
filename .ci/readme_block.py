"""Print the one sh block of a README that stands after the line <!-- ci:NAME -->: `python readme_block.py NAME README.md`."""

import re
import sys


def block(name: str, text: str) -> str:
    """The block's text. Raises SystemExit where there is not exactly one, or nothing in it."""
    found = re.findall(rf"^<!-- ci:{re.escape(name)} -->[ \t]*\n+```sh[ \t]*\n(.*?)^```[ \t]*$", text.replace("\r\n", "\n"), re.M | re.S)
    if len(found) != 1:
        raise SystemExit(f"README: {len(found)} blocks marked ci:{name}, one is wanted")
    if not found[0].strip():
        raise SystemExit(f"README: the block marked ci:{name} is empty")
    return str(found[0])


if __name__ == "__main__":
    with open(sys.argv[2], encoding="utf-8") as readme:
        sys.stdout.write(block(sys.argv[1], readme.read()))
