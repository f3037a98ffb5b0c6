"""Whether a PowerShell file only reads: parsed by tree-sitter-pwsh, and everything in it must stand on the lists of `psallowed`.

The grammar is not Windows' own parser. What the two could take differently is therefore refused before: characters outside ASCII
(PowerShell takes curly quotes and long dashes for plain ones), backticks outside strings, here-strings, block comments, stop-parsing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import tree_sitter
import tree_sitter_pwsh

from tests.collectors.windows import psallowed as lists
from tests.collectors.windows.psallowed import FILES, SECTION, Allowed

Node = tree_sitter.Node
_PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_pwsh.language()))
_ESCAPES = re.compile(r"`[^nrt0\"$`]")
_ADSI = re.compile(r"\(?'WinNT://\./")
_SELECT = re.compile(r"(?is)\A['\"]\s*SELECT\b(?!.*(;|--|/\*|\bINTO\b))")
_QUOTED = ("expandable_string_literal", "verbatim_string_characters", "comment")
_LOOPS = ("foreach_statement", "for_statement", "while_statement", "do_statement", "switch_statement")
_LITERAL = ("integer_literal", "real_literal")


@dataclass(slots=True)
class _File:
    source: bytes
    allowed: Allowed
    found: list[tuple[int, str]] = field(default_factory=list)
    own: dict[str, list[Node]] = field(default_factory=dict)  # variable -> what is assigned to it
    looped: dict[str, list[Node]] = field(default_factory=dict)  # variable of a foreach -> what it goes through

    def text(self, node: Node) -> str:
        return self.source[node.start_byte : node.end_byte].decode("ascii", "replace")

    def refuse(self, node: Node, why: str) -> None:
        self.found.append((node.start_point[0] + 1, f"{why}: {self.text(node).splitlines()[0][:70] if self.text(node) else ''}"))


def refusals(source: bytes, name: str = "") -> list[tuple[int, str]]:
    """(line, why) of all in a file that is not proven to read only; [] = it only reads. name: _head, _tail, _offline or a section's."""
    file = _File(source, FILES.get(name, SECTION))
    _characters(file)
    root = _PARSER.parse(source).root_node
    nodes = list(_walk(root))
    _backticks(file, nodes)
    for node in nodes:
        _remember(file, node)
    for node in nodes:
        _look(file, node)
    return sorted(set(file.found))


def _walk(root: Node) -> Iterator[Node]:
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(node.children))


def _characters(file: _File) -> None:
    for number, line in enumerate(file.source.split(b"\n"), 1):
        if re.search(rb"[^\x20-\x7e]", line.removesuffix(b"\r")):
            file.found.append((number, "a character that is not printable ASCII"))
        if re.search(rb"--%|<#|@['\"]\s*$|(?i:#\s*requires)", line):
            file.found.append((number, "stop-parsing, a block comment, a here-string or #requires"))


def _backticks(file: _File, nodes: list[Node]) -> None:
    """A backtick outside strings and comments hides a name, or joins lines."""
    quoted = [(n.start_byte, n.end_byte) for n in nodes if n.type in _QUOTED]
    for m in re.finditer(rb"`", file.source):
        if not any(start <= m.start() < end for start, end in quoted):
            file.found.append((file.source.count(b"\n", 0, m.start()) + 1, "a backtick outside a string"))


def _remember(file: _File, node: Node) -> None:
    if node.type == "assignment_expression":
        left, value = file.text(node.children[0]), node.children[-1]
        file.own.setdefault(left.lower().lstrip("$"), []).append(value)
    elif node.type == "foreach_statement":
        variable = next(c for c in node.children if c.type == "variable")
        what = next(c for c in node.children if c.type == "pipeline")
        file.looped.setdefault(file.text(variable).lower().lstrip("$"), []).append(what)


def _look(file: _File, node: Node) -> None:
    if node.is_error or node.is_missing:
        file.refuse(node, "is not understood")
    elif node.is_named and node.type not in lists.NODES | file.allowed.nodes:
        file.refuse(node, f"{node.type} is not on the list")
    elif (check := _CHECKS.get(node.type)) is not None:
        check(file, node)


# -- commands


def _command(file: _File, node: Node) -> None:
    first = node.children[0]
    if first.type == "command_invocation_operator":
        called = file.text(node).removeprefix("&").strip().split()[0].lower().removeprefix("$")
        if file.text(first) != "&" or called not in file.allowed.called:
            file.refuse(node, "calls what is no literal command")
        return
    name = file.text(first).lower()
    known = file.allowed.commands.get(name, lists.COMMANDS.get(name))
    if first.type != "command_name" or known is None:
        file.refuse(node, "a command that is not on the list")
        return
    elements = [c for e in node.children[1:] if e.type == "command_elements" for c in e.children if c.type != "command_argument_sep"]
    for element in elements:
        if element.type == "command_parameter" and file.text(element).lower() not in known:
            file.refuse(element, f"{name} with a parameter that is not on the list")
    _arguments(file, node, name, elements)


def _arguments(file: _File, node: Node, name: str, elements: list[Node]) -> None:
    if name == "new-object":
        _new_object(file, node, elements)
    elif name in ("foreach-object", "where-object"):
        if any(e.type != "command_parameter" and not file.text(e).startswith("{") for e in elements):
            file.refuse(node, f"{name} with something else than a block")
    elif not file.allowed.is_section:
        return
    elif name in ("get-rows", "get-wmiobject") and any(not _is_literal(file, e) for e in elements if e.type != "command_parameter"):
        file.refuse(node, f"{name} whose query is no literal")
    elif name == "read-sql" and (len(elements) < 3 or not _SELECT.match(file.text(elements[2])) or not _is_literal(file, elements[2])):
        file.refuse(node, "Read-Sql whose query is no literal SELECT")


def _new_object(file: _File, node: Node, elements: list[Node]) -> None:
    words = [file.text(e) for e in elements]
    com = [w.lower() for w in words if w.startswith("-")] == ["-comobject"]
    named = words[1:] if words and words[0].lower() in ("-comobject", "-typename") else words
    what = _type(named[0].strip("'")) if named else ""
    if com and not (named[0].startswith("'") and what in lists.COM):
        file.refuse(node, "a COM class that is not on the list")
    if not com and what not in lists.TYPES_MADE | file.allowed.made:
        file.refuse(node, "an object of a type that is not on the list")
    if what == "io.filestream" and not re.search(file.allowed.stream, file.text(node)):
        file.refuse(node, "a file opened otherwise than this file may")


def _is_literal(file: _File, node: Node, seen: frozenset[str] = frozenset()) -> bool:
    """Whether its value stands in the file: a literal, an array or a sum of such, or a variable that only ever holds such."""
    if node.type == "verbatim_string_characters" or node.type in _LITERAL:
        return True
    if node.type == "variable":
        name = file.text(node).lower().lstrip("$")
        if name in ("null", "true", "false"):
            return True
        values = [*file.own.get(name, ()), *file.looped.get(name, ())]
        return bool(values) and name not in seen and all(_is_literal(file, v, seen | {name}) for v in values)
    if node.type in ("generic_token", "command", "invocation_expression", "member_access", "element_access", "cast_expression"):
        return False
    return all(_is_literal(file, c, seen) for c in node.children if c.is_named)


# -- objects


def _type(text: str) -> str:
    return text.strip("[] ").lower().removeprefix("system.") + ("[]" if text.rstrip().endswith("[]]") or text.endswith("[]") else "")


def _call(file: _File, node: Node) -> None:
    receiver, member = node.children[0], next((c for c in node.children if c.type == "member_name"), None)
    if member is None or [c.type for c in member.children] != ["simple_name"]:
        file.refuse(node, "a method whose name is no literal")
        return
    name = file.text(member).lower()
    if any(c.type == "::" for c in node.children):
        _static(file, node, receiver, name)
    elif not _known_call(file, node, receiver, name):
        file.refuse(node, f"the method {name} is not on the list")


def _known_call(file: _File, node: Node, receiver: Node, name: str) -> bool:
    arguments = [file.text(a) for a in _walk(node.children[-1]) if a.type == "argument_expression" and _owner(a) == node.children[-1]]
    match name:
        case "invokemember":
            return len(arguments) > 1 and arguments[0] in lists.ADSI_PROPERTIES and arguments[1] == lists.PROPERTY_READ
        case "invoke":
            return file.text(receiver).lower().endswith(".psbase") and len(arguments) == 1 and arguments[0] in lists.ADSI_LISTS
        case "opensubkey":  # with a second argument it may be opened to be written
            return len(arguments) == 1
        case "replace":  # of a text alone
            return file.text(receiver).lower().startswith(("[bitconverter]::tostring(", "([string]"))
        case "connect":  # of the Task Scheduler, to this computer
            return not arguments
        case "value":  # of a COM+ object, read
            return len(arguments) == 1
    return name in lists.METHODS | file.allowed.methods


def _owner(node: Node) -> Node | None:
    parent = node.parent
    while parent is not None and parent.type != "argument_list":
        parent = parent.parent
    return parent


def _static(file: _File, node: Node, receiver: Node, name: str) -> None:
    kind = _type(file.text(receiver))
    if receiver.type != "type_literal" or name not in lists.STATIC.get(kind, frozenset()) | file.allowed.static.get(kind, frozenset()):
        file.refuse(node, "a static member that is not on the list")


def _member(file: _File, node: Node) -> None:
    member = node.children[-1]
    if [c.type for c in member.children] != ["simple_name"]:
        file.refuse(node, "a property whose name is no literal")
    elif any(c.type == "::" for c in node.children):
        _static(file, node, node.children[0], file.text(member).lower())


def _cast(file: _File, node: Node) -> None:
    """[ADSI] binds to what its text names: to accounts of this computer alone."""
    if _type(file.text(node.children[0])) == "adsi" and not _ADSI.match(file.text(node.children[-1])):
        file.refuse(node, "[ADSI] that is not bound to this computer by a literal")


def _type_named(file: _File, node: Node) -> None:
    kind = _type(file.text(node))
    parent = node.parent
    if parent is not None and parent.type in ("invocation_expression", "member_access") and any(c.type == "::" for c in parent.children):
        return  # judged with its member
    if parent is not None and parent.type == "cast_expression" and kind == "adsi":
        return
    if kind.removesuffix("[]") not in lists.TYPES | file.allowed.types:
        file.refuse(node, "a type that is not on the list")


# -- variables


def _variable(file: _File, node: Node) -> None:
    text = file.text(node).lower()
    name = text.lstrip("$@").strip("{}")
    if text.startswith("@"):
        file.refuse(node, "splatting: what a command is given cannot be seen")
    elif ":" in name:
        file.refuse(node, "a variable of another scope or of a drive")
    elif name in lists.FORBIDDEN_VARIABLES - file.allowed.variables:
        file.refuse(node, "a variable of PowerShell itself")
    elif file.allowed.is_section and name.startswith("ak"):
        file.refuse(node, "a variable of the runtime")


def _assignment(file: _File, node: Node) -> None:
    _set(file, node, node.children[0])


def _increment(file: _File, node: Node) -> None:
    _set(file, node, next(c for c in node.children if c.is_named))


def _set(file: _File, node: Node, left: Node) -> None:
    """What stands left of = must be a variable, or an element of a table that this file has made itself."""
    while left.type in ("left_assignment_expression", "unary_expression", "array_literal_expression") and len(left.children) == 1:
        left = left.children[0]
    if left.type == "array_literal_expression":
        for part in left.children:
            if part.is_named:
                _set(file, node, part)
    elif left.type == "element_access" and left.children[0].type == "variable":
        name = file.text(left.children[0]).lower().lstrip("$")
        made = file.own.get(name, [])
        if name not in file.allowed.elements and not (made and all(_is_table(file, v) for v in made)):
            file.refuse(node, "an element is set of what is no table made here")
    elif left.type == "member_access" and file.text(left).lower().lstrip("$") in file.allowed.properties:
        return
    elif left.type != "variable":
        file.refuse(node, "something else than a variable is set")


def _is_table(file: _File, value: Node) -> bool:
    return file.text(value).lstrip().startswith("@{") or file.text(value).lower().startswith("get-reg ")


def _string(file: _File, node: Node) -> None:
    if _ESCAPES.search(file.text(node)):
        file.refuse(node, "an escape that is not on the list")
    _path(file, node)


def _path(file: _File, node: Node) -> None:
    """A path to another computer would log on there."""
    if re.match(r"(?:.*::)?(?:\\\\|//)", file.text(node).lstrip("'\"")):
        file.refuse(node, "a path to another computer")


def _flow(file: _File, node: Node) -> None:
    """break outside a loop of its own block ends whatever loop is running, at last the script: an answer that nobody would miss."""
    word = file.text(node).split()[0].lower()
    if word == "exit":
        file.refuse(node, "ends the whole script")
    parent = node.parent
    while word in ("break", "continue") and parent is not None and parent.type not in _LOOPS:
        if parent.type in ("script_block_expression", "program"):
            file.refuse(node, "leaves a loop that is not its own")
            return
        parent = parent.parent


def _catch(file: _File, node: Node) -> None:
    if not any(n.type == "statement_list" for n in _walk(node)):
        file.refuse(node, "a failure that nobody hears of")


_CHECKS = {
    "command": _command, "invocation_expression": _call, "member_access": _member, "cast_expression": _cast,
    "type_literal": _type_named, "variable": _variable, "assignment_expression": _assignment,
    "post_increment_expression": _increment, "pre_increment_expression": _increment, "expandable_string_literal": _string,
    "verbatim_string_characters": _path, "catch_clause": _catch, "flow_control_statement": _flow,
}  # fmt: skip
