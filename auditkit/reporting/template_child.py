"""The child process that runs a template, with limits on memory and time. Reads a pickle from its parent, answers in msgpack.

Only the parent starts it (`python -m auditkit.reporting.template_child`) and only the parent writes to its input.
"""

from __future__ import annotations

import os
import pickle
import resource
import sys
import zipfile

import jinja2
import msgspec
from docx.opc.exceptions import PackageNotFoundError
from lxml import etree

MEMORY = 3 * 2**30     # bytes of address space: 5,000 rows of 8 cells take 0.6 of it
SECONDS = 110          # of processor time


def main() -> int:
    """Answer ["ok", document] or ["wrong", what is wrong in the template]."""
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with answer:
        answer.write(msgspec.msgpack.encode(_answer(sys.stdin.buffer.read())))
    return 0


def _answer(asked: bytes) -> tuple[str, bytes | str]:
    kind = ""
    try:
        kind, given = pickle.loads(asked)
        if kind == "html":
            from auditkit.reporting.html_build import page

            return "ok", page(*given)
        from auditkit.reporting.docx_build import build

        return "ok", build(*given)
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError) as e:
        return "wrong", f"it is no Word document (.docx): {e}"
    except UnicodeDecodeError:
        return "wrong", "it is no UTF-8 text: save it as UTF-8"
    except jinja2.TemplateSyntaxError as e:
        return "wrong", f"{f'line {e.lineno}: ' if kind == 'html' else ''}a tag is written wrongly: {e.message}{_near(e)}"
    except jinja2.UndefinedError as e:
        return "wrong", f"it asks for a name that does not exist: {e.message} (report_templates/README.md lists the names)"
    except jinja2.TemplateError as e:
        return "wrong", f"{e.message}"
    except etree.XMLSyntaxError as e:
        return "wrong", f"what it builds is no well-formed XML ({e.msg}): a {{%p or {{%tr tag must stand alone in its paragraph or row"
    except MemoryError:
        return "wrong", f"it needs more than {MEMORY >> 30} GiB of memory: print fewer rows"
    except (ValueError, TypeError, ArithmeticError, AttributeError, IndexError, RecursionError) as e:
        return "wrong", f"{type(e).__name__}: {e}" if not isinstance(e, ValueError) else str(e)


def _near(e: jinja2.TemplateSyntaxError) -> str:
    lines = [line.strip() for line in getattr(e, "docx_context", ()) if line.strip()]
    return f", near: {' | '.join(lines)[:300]}" if lines else ""


if __name__ == "__main__":
    sys.exit(main())
