"""Why something could not be looked at, in both languages. What a device itself said stays in its own words."""

from __future__ import annotations

import re
from collections.abc import Callable

from auditkit.model import Text

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), ru)
    for pattern, ru in (
        (r"needs root", "нужны права root"),
        (r"the command is missing on this system", "в системе нет этой команды"),
        (r"timed out: no end after (?P<a>[\d.]+) s", "команда не завершилась за {a} с"),
        (r"timed out after (?P<a>[\d.]+) s", "не ответило за {a} с"),
        (r"truncated: more than (?P<a>\d+) MB were answered", "ответ обрезан: больше {a} МБ"),
        (r"truncated: the answer is not whole", "ответ получен не целиком"),
        (
            r"exit code 5: the account is no administrator there, .*",
            "у учётной записи там нет прав администратора, и Windows молча пропускает то, чего ей видеть нельзя",
        ),
        (r"exit code 5: only an administrator is shown the tasks of everybody", "задания всех пользователей видит только администратор"),
        (r"exit code 5: only an administrator is shown shadow copies", "теневые копии видит только администратор"),
        (r"exit code 5: Hyper-V shows an account that is no administrator .*", "Hyper-V показывает все машины только администратору"),
        (r"exit code 5: DFS Replication shows an account .*", "репликация DFS показывает своё состояние только администратору"),
        (
            r"not understood: (?P<a>\S+) does not show this account everything: it is no sysadmin there",
            "{a} показывает этой учётной записи не всё: роли sysadmin у неё там нет",
        ),
        (r"not understood: (?P<a>[^:]+) was not answered: (?P<b>.*)", "на запрос «{a}» ответа нет: {b}"),
        (r"exit code (?P<a>\d+): no message", "команда завершилась с кодом {a} без сообщения"),
        (r"exit code (?P<a>\d+): (?P<b>.*)", "команда завершилась с кодом {a}: {b}"),
        (r"warned: (?P<a>.*)", "команда предупредила: {a}"),
        (r"not understood: output, but no row was read from it", "ответ есть, но программа его не поняла"),
        (r"not understood: (?P<a>.*) \(line (?P<b>\d+) of a secret reply\)", "ответ не понят: {a} (строка {b}; сам ответ секретен)"),
        (r"not understood: (?P<a>.*) \(a secret reply\)", "ответ не понят: {a} (сам ответ секретен)"),
        (r"internal error: (?P<a>.*)", "ошибка в самой программе: {a}"),
        (r"not understood: (?P<a>.*)", "ответ не понят: {a}"),
        (r"not asked: the collection was cut short", "не спрошено: сбор был прерван"),
        (r"not asked.*", "не спрошено"),
        (r"no probe asks this of such a target", "для таких узлов программа этого пока не спрашивает"),
        (r"seen by others, never asked", "виден другим узлам, сам не опрошен"),
        (r"nobody was asked", "никого не спрашивали"),
        (r"client\.yaml says nothing of (?P<a>\w+)", "в client.yaml об этом ничего не сказано ({a})"),
        (r"a value was not seen", "нужное значение не видно"),
        (r"looked: no (?P<a>\w+) there", "проверено: такого здесь нет ({a})"),
        (r"the condition of the rule does not hold here", "условие правила здесь не выполняется"),
        (r"could not be derived: (?P<a>.*)", "не удалось вывести: {a}"),
        (r"(?P<a>\d+) of (?P<b>\d+) were not asked, the first: (?P<c>.*)", "не спрошено {a} из {b}, первое: {c}"),
        (
            r"(?P<a>\d+) questions need root, and `sudo -n` does not give it here",
            "вопросов, для которых нужны права root: {a}; sudo их здесь не даёт",
        ),
        (r"(?P<a>\d+) questions were not asked: the collection was cut short", "вопросов не задано: {a} — сбор был прерван"),
        (
            r"cut off after (?P<a>[\d.]+) s with (?P<b>\d+) questions open; raise host_seconds",
            "прервано через {a} с, осталось вопросов: {b} (увеличьте host_seconds)",
        ),
    )
)


def reason(why: str) -> Text:
    """An Unknown's or a gap's sentence (English, from the program) as a text in both languages.

    >>> reason("needs root").ru
    'нужны права root'
    """
    for pattern, ru in _PATTERNS:
        if m := pattern.fullmatch(why):
            return Text(ru=ru.format(**m.groupdict()), en=why)
    head, colon, rest = why.partition(": ")
    if colon and _is_probe(head):
        below = reason(rest)
        return Text(ru=f"{head}: {below.ru}", en=why)
    return Text(ru=why, en=why)


_is_probe: Callable[[str], object] = re.compile(r"[a-z][\w.]*\.[\w.]+|[\w.-]+/[\w.-]+|[a-z_]+\.[a-z_.]+ \(.*\)").fullmatch
