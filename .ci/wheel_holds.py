"""What an installed wheel must hold, beside its modules. Run with -I: what lies in the current folder must not be mistaken for it."""

import json
import sys
from importlib.resources import files
from pathlib import Path

import auditkit

place = Path(auditkit.__file__).resolve().parent
if "site-packages" not in place.parts:
    sys.exit(f"auditkit was imported from {place}, not from the installed wheel")
probes = json.loads(Path(sys.argv[1]).read_text("utf-8"))["probes"]
if len(probes) < 60:
    sys.exit(f"only {len(probes)} probes in the wheel")
root = files("auditkit")
wanted = (
    "py.typed", "checklists/yearly/linux.yaml", "report_templates/audit.docx", "locale/ru", "locale/en", "store/migrations",
    "workspace/templates",
)  # fmt: skip
missing = [w for w in wanted if not root.joinpath(w).is_file() and not root.joinpath(w).is_dir()]
if missing:
    sys.exit(f"missing in the wheel: {', '.join(missing)}")
sys.stdout.write(f"{len(probes)} probes and all data files in the wheel at {place}\n")
