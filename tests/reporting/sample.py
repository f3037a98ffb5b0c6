# ruff: noqa: E501 - a line of the sample is a row of a table: it reads better whole
"""A whole document in both languages, as a real audit note has it: the tests render it, and people look at it.

`python -m tests.reporting.sample FOLDER` writes it in every format and language.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from auditkit.i18n import LANGS
from auditkit.model import Statement, Text
from auditkit.reporting.document import (
    Answer,
    Block,
    Bullets,
    Column,
    Document,
    Figure,
    Finding,
    KeyFigures,
    Label,
    Meta,
    Note,
    Para,
    Picture,
    Section,
    Signer,
    Table,
    Verdicts,
    label,
    say,
    value,
)
from auditkit.reporting.graph import Edge, Node, draw
from auditkit.reporting.pictures import Bar, ages, bars

META = Meta(
    client="ООО «Ромашка»", snapshot="7", as_of=date(2026, 11, 22), checklists="9f2c51d07ab3", number="А-2026/14", tool="auditkit 0.1.0",
    state="draft", version=2, auditor="Иванов Пётр Сергеевич",
)  # fmt: skip

HEADS = {
    "sample.area": ("Участок", "Area"), "sample.known": ("Известно", "Known"), "sample.asked": ("Проверено", "Checked"),
    "sample.open": ("Не проверено", "Not checked"), "sample.why": ("Почему", "Why"), "sample.need": ("Что нужно и от кого", "What is needed, from whom"),
    "sample.class": ("Класс", "Class"), "sample.count": ("Количество", "Count"), "sample.age": ("Возраст, лет", "Age, years"),
    "sample.until": ("Поддержка до", "Supported until"), "sample.remark": ("Замечание", "Remark"), "sample.system": ("Система", "System"),
    "sample.owner": ("Владелец", "Owner"), "sample.login": ("Вход проверен", "Login tried"), "sample.changed": ("Пароль сменён", "Password changed"),
    "sample.revoked": ("Прежний подрядчик отключён", "Previous contractor cut off"), "sample.no": ("№", "No."), "sample.what": ("Что сделать", "What to do"),
    "sample.risk": ("Снимает риск №", "Removes risk"), "sample.term": ("Срок", "By"), "sample.who": ("Кто", "Who"), "sample.hours": ("Часы", "Hours"),
    "sample.kind": ("Договор / проект / закупка", "Contract / project / purchase"), "sample.cost": ("₽", "₽"),
    "sample.decision": ("Решение заказчика", "Client's decision"), "sample.host": ("Узел", "Host"), "sample.address": ("Адрес", "Address"),
    "sample.role": ("Роль", "Role"), "sample.os": ("Операционная система", "Operating system"), "sample.serial": ("Серийный номер", "Serial number"),
    "sample.command": ("Команда", "Command"),
}


def head(name: str) -> str | Label:
    """A heading of the sample, or a message id of the program."""
    return word(*HEADS[name]) if name in HEADS else name


def t(ru: str, en: str, *refs: str) -> Statement:
    """A sentence that rests on refs."""
    return say("cell.text", refs or ("listener:ab12",), value=Text(ru, en))


def word(ru: str, en: str) -> Label:
    """Words that assert nothing."""
    return label("cell.text", value=Text(ru, en))


def table(ident: str, title: Label, columns: Sequence[str], kinds: str, rows: Sequence[Sequence[object]]) -> Table:
    """kinds: one letter a column: t(ext) n(umber) d(ate) c(ode) s(tate)."""
    names = {"t": "text", "n": "number", "d": "date", "c": "code", "s": "state"}
    heads = tuple(Column(head(c), names[k]) for c, k in zip(columns, kinds, strict=True))  # type: ignore[arg-type]
    return Table(ident, heads, tuple(tuple(c if isinstance(c, Statement | Label) else value(c, ("x:1",)) for c in row) for row in rows), title)


def document(rows: int = 60) -> Document:
    """The sample; rows: length of the appendix."""
    return Document(
        word("Справка-аудит о состоянии ИТ-инфраструктуры и рекомендации", "IT infrastructure audit note and recommendations"),
        word("Что есть, что работает, чего мы не знаем и что предлагаем сделать", "What there is, what works, what we do not know, what we propose"),
        META,
        (*_front(), *_middle(), *_appendices(rows)),
        (Signer(word("Исполнитель, ведущий инженер", "Auditor, lead engineer"), "Иванов П. С."), Signer(word("Заказчик, директор", "Client, director"))),
    )


def _front() -> tuple[Section, ...]:
    coverage = table(
        "coverage", word("Участки", "Areas"), ("sample.area", "sample.known", "sample.asked", "sample.open", "sample.why", "sample.need"), "tnnntt",
        [
            [t("Серверы", "Servers"), 6, 5, 1, t("hv2 не отвечает по сети", "hv2 does not answer"), t("Включить или назвать списанным — от заказчика", "Switch on or call it retired: client")],
            [t("Рабочие места", "Workplaces"), 40, 12, 28, t("WinRM выключен", "WinRM is off"), t("Запустить офлайн-скрипт через Kaspersky Security Center — от администратора", "Run the offline script through Kaspersky Security Center: administrator")],
            [t("Сеть", "Network"), 9, 9, 0, value(""), value("")],
            [t("Телефония", "Telephony"), 1, 0, 1, t("Нет учётной записи AMI", "No AMI account"), t("Логин и пароль AMI — от подрядчика «Связь-Сервис»", "AMI login: contractor Svyaz-Service")],
            [t("Резервные копии", "Backups"), 3, 2, 1, t("NAS в филиале недоступен по VPN", "The branch NAS cannot be reached over VPN"), t("Открыть доступ 10.2.0.0/24", "Open 10.2.0.0/24")],
        ],
    )  # fmt: skip
    figures = KeyFigures((
        Figure(value(59), word("узлов и систем известно", "hosts and systems known")),
        Figure(value(28), word("из них опрошено", "of them asked"), "good"),
        Figure(value(31), word("не проверено", "not checked"), "unknown"),
        Figure(value(7), word("критичных замечаний", "critical findings"), "bad"),
    ))  # fmt: skip
    answers = Verdicts((
        Answer(t("Потеряем ли мы данные?", "Shall we lose data?"), label("answer.yes"), t("Копии 1С лежат на том же сервере, что и база; вне офиса копий нет.", "Copies of 1C lie on the server that runs it; none is off-site."), "bad"),
        Answer(t("Сколько простоим при аварии?", "How long would we stand still?"), label("answer.partly"), t("Отказ HV1: 5–6 часов, а вы просили не более 4.", "HV1 down: 5–6 hours, you asked for 4 at most."), "warning"),
        Answer(t("Знаем ли, кто имеет доступ?", "Do we know who has access?"), label("answer.no"), t("11 учётных записей с правами администратора домена, у четырёх нет владельца.", "11 domain administrators, four without an owner."), "bad"),
        Answer(t("Есть ли устаревшее или без лицензии?", "Anything outdated or unlicensed?"), label("answer.yes"), t("Windows Server 2012 R2 на двух серверах, поддержка закончилась 10.10.2023.", "Windows Server 2012 R2 on two servers, support ended on 10 Oct 2023."), "bad"),
        Answer(t("Зависим ли от одного человека?", "Do we depend on one person?"), label("answer.unknown"), t("Пароль администратора 1С не передан, у кого он — не установлено.", "The 1C administrator password was not handed over; who has it is not known."), "unknown"),
        Answer(t("Видели ли мы всё?", "Did we see everything?"), label("answer.no"), t("31 узел из 59 не опрошен, см. раздел 1.", "31 of 59 hosts were not asked, see section 1."), "unknown"),
    ))  # fmt: skip
    return (
        Section("coverage", word("Что проверено и что нет", "What was checked and what was not"), (
            Para(t("Опрошено 28 узлов из 59. Обо всём остальном этот документ не говорит ни «в порядке», ни «нарушение».", "28 of 59 hosts were asked. Of the rest this document says neither “in order” nor “alarm”."), "lead"),
            figures, coverage,
            Note(t("Телефония не проверена совсем: доступ к АТС не предоставлен.", "Telephony was not checked at all: no access to the PBX was given."), "unknown"),
        )),
        Section("summary", word("Кратко для руководителя", "In short, for the director"), (
            answers,
            Para(word("Три решения, которые нужны от вас до 15 декабря:", "Three decisions needed from you by 15 December:")),
            Bullets((
                t("Копия 1С вне офиса: 12 часов работы и диск около 20 тыс. ₽.", "An off-site copy of 1C: 12 hours of work and a disk of about 20,000 ₽."),
                t("Отключить учётные записи прежнего подрядчика: 4 часа, без затрат.", "Disable the accounts of the previous contractor: 4 hours, no cost."),
                t("Заменить два сервера с Windows Server 2012 R2 в первом квартале.", "Replace two Windows Server 2012 R2 machines in the first quarter."),
            ), numbered=True),
        )),
    )  # fmt: skip


def _pictures() -> tuple[Block, Block, Block]:
    disks = [("hv1: C:", 93.0), ("fs1: /srv", 88.0), ("dc1: C:", 71.0), ("1c: D:", 64.5), ("fs1: /", 35.0), ("nas: volume1", None)]
    diagram = draw(
        [Node("isp", ("Провайдер", "100 Мбит/с"), "warning"), Node("gw", ("Шлюз gw1", "MikroTik RB4011"), "good", "Офис"), Node("sw", ("Коммутатор sw1",), "good", "Офис"),
         Node("hv1", ("Сервер HV1", "1С, файлы"), "bad", "Офис"), Node("hv2", ("Сервер HV2",), "unknown", "Офис"), Node("nas", ("NAS",), "unknown", "Филиал")],
        [Edge("isp", "gw"), Edge("gw", "sw"), Edge("sw", "hv1"), Edge("sw", "hv2", doubtful=True), Edge("gw", "nas", "VPN", doubtful=True)],
        alt=word("Схема сети: провайдер, шлюз, коммутатор, серверы, хранилище в филиале", "The network: provider, gateway, switch, servers, storage in the branch"),
        caption=word("Рисунок 2. Связи: пунктиром — заявленные, но не увиденные.", "Figure 2. Links; dashed: declared, not seen."),
    )  # fmt: skip
    return (
        Picture(bars([Bar(n, v) for n, v in disks]), word("Заполнение дисков", "How full disks are"), t("Рисунок 1. Заполнение дисков, %. NAS не опрошен.", "Figure 1. Disk use, %. The NAS was not asked.")),
        Picture(ages([Bar("hv1 (2017)", 9.0), Bar("fs1 (2020)", 6.1), Bar("dc1 (2023)", 3.0)], unit="лет"), word("Возраст серверов", "Age of servers"), width_cm=12),
        diagram,
    )  # fmt: skip


def _middle() -> tuple[Section, ...]:
    disks, old, diagram = _pictures()
    estate = table(
        "estate", word("Состав", "Estate"), ("sample.class", "sample.count", "sample.age", "sample.until", "doc.state", "sample.remark"), "tnndst",
        [
            [t("Серверы", "Servers"), 6, 9, date(2023, 10, 10), say("verdict.alarm"), t("Два сервера на Windows Server 2012 R2", "Two run Windows Server 2012 R2")],
            [t("Рабочие места", "Workplaces"), 40, 5, date(2025, 10, 14), say("verdict.unknown"), t("28 не опрошено", "28 were not asked")],
            [t("Коммутаторы", "Switches"), 4, 4, date(2029, 1, 31), say("verdict.ok"), value("")],
            [t("Источники питания", "UPS"), 2, value(None), value(None), say("verdict.unknown"), t("Дата замены батарей не видна", "Battery date not seen")],
            [t("Принтеры", "Printers"), 7, 6, value(""), say("verdict.not_applicable"), value("")],
            [t("АТС", "PBX"), 1, value(None), value(None), say("verdict.accepted"), t("Риск принят до 01.03.2027", "Risk accepted until 1 Mar 2027")],
        ],
    )  # fmt: skip
    access = table(
        "access", word("Кто управляет системами", "Who runs the systems"), ("sample.system", "sample.owner", "sample.login", "sample.changed", "sample.revoked"), "ttdts",
        [
            [t("Домен romashka.local", "Domain romashka.local"), t("Заказчик", "Client"), date(2026, 11, 20), value(True), say("verdict.ok")],
            [t("Регистратор домена romashka.example", "Registrar of romashka.example"), t("Прежний подрядчик", "Previous contractor"), value(None), value(False), say("verdict.alarm")],
            [t("iLO сервера HV1", "iLO of HV1"), value(None), value(None), value(None), say("verdict.unknown")],
        ],
    )  # fmt: skip
    return (
        Section("estate", word("Что у вас есть", "What you have"), (estate, disks, old, diagram)),
        Section("access", word("Кто управляет системами", "Who runs the systems"), (access,)),
        Section("failure", word("Что будет, если откажет…", "What happens when it fails"), _failure()),
        Section("findings", word("Замечания", "Findings"), tuple(_findings())),
        Section("recommendations", word("Рекомендации", "Recommendations"), (_recommendations(),)),
        Section("handover", word("Приём дел", "Handover"), (
            Table("handover", (Column(head("sample.area")), Column(head("sample.asked"))), (), word("Приём дел", "Handover"), say("cell.text", ("gap:handover",), value=Text(
                "Документы ещё не запрошены: письмо с перечнем приложено, ответа нет.", "No document was asked for yet: the letter is enclosed, there is no answer."))),
        )),
        Section("questions", word("Вопросы к вам", "Questions to you"), (
            Bullets((t("Кому принадлежит сервер hv2 и нужен ли он?", "Whose is hv2, and is it needed?"), t("Сколько часов простоя 1С допустимо в день сдачи отчётности?", "How long may 1C be down on reporting day?"))),
        )),
    )  # fmt: skip


def _failure() -> tuple[Block, ...]:
    story = t(
        "Сервер виртуализации HV1. Если он выйдет из строя, сразу остановятся 1С и общие папки: не смогут работать 25 человек из 40, бухгалтерия и склад "
        "целиком. По договору это авария. Ответ есть: восстановить обе виртуальные машины на втором сервере из ночной копии. С учётом приезда инженера и "
        "копирования 300 ГБ это займёт 5–6 часов, а вы просили не более 4. Пропадёт всё, что внесено в 1С с прошлой ночи. Вывод: ответ есть, но вас не устраивает.",
        "Hypervisor HV1. If it fails, 1C and the shared folders stop at once: 25 of 40 people cannot work. The answer: restore both virtual machines on the "
        "second server from last night's copy, 5–6 hours where you asked for 4. What was entered since last night is lost. An answer, but not good enough.",
    )
    return (
        Para(t("Из 34 элементов: ответа нет — 3; ответ есть, но не устраивает — 5; устраивает — 19; не знаем — 7.", "Of 34 elements: no answer 3; an answer that is not good enough 5; good enough 19; unknown 7."), "lead"),
        Para(story), Note(word("Ваше решение: □ делаем   □ принимаем риск до ____________   □ обсудить", "Your decision: □ do it   □ accept the risk until ____________   □ discuss")),
        Para(word("Допущения: приезд инженера 1–2 часа; скорость копирования измерена 20 ноября.", "Assumed: travel of 1–2 hours; the copying rate was measured on 20 November."), "small"),
    )  # fmt: skip


def _findings() -> list[Block]:
    made: list[Block] = [Para(t("Семь главных; остальные — в книге Excel.", "The main ones; the rest are in the workbook."))]
    texts = (
        (4, "Копии 1С лежат на том же сервере, что и база", "Copies of 1C lie beside the base"), (4, "Учётные записи прежнего подрядчика действуют", "Accounts of the previous contractor work"),
        (3, "Windows Server 2012 R2 снята с поддержки", "Windows Server 2012 R2 is out of support"), (2, "Диск C: сервера HV1 заполнен на 93 %", "Disk C: of HV1 is 93 % full"), (1, "Усиление настроек шлюза gw1", "Hardening of gateway gw1"),
    )  # fmt: skip
    for n, (severity, ru, en) in enumerate(texts, 1):
        declared = say("cell.text", ("decision:4",), value="Формулировка ведущего инженера: отключаем 1 декабря по согласованному плану.") if n == 2 else None
        made.append(Finding(
            f"Р-{n}", severity, t(ru, en), t(f"{ru}: проверено 20 ноября по ответам узлов, подробности в приложении Б.", f"{en}: seen on 20 November."),  # type: ignore[arg-type]
            t("Вынести копии на отдельное хранилище и проверить восстановление.", "Move the copies to a storage of their own and test a restore."),
            t("12 часов", "12 hours"), say("cell.date", value=date(2026, 12, 15)), (say("cell.text", ("x:2",), value="[12]"), say("cell.text", ("x:3",), value="[13]")),
            declared, "BAK-07",
        ))  # fmt: skip
    return made


def _recommendations() -> Table:
    kinds = ("sample.no", "sample.what", "sample.risk", "sample.term", "sample.who", "sample.hours", "sample.kind", "sample.cost", "sample.decision")
    rows = [
        [n, t(ru, en), f"Р-{n}", t(term, term_en), t("Исполнитель", "Auditor"), hours, t(kind, kind_en), say("cell.amount", value=cost), word("", "")]
        for n, (ru, en, term, term_en, hours, kind, kind_en, cost) in enumerate((
            ("Копировать базу 1С каждый час на второй сервер, одну копию держать вне офиса", "Copy the 1C base every hour to the second server, keep one copy off-site", "2 недели", "2 weeks", 12, "договор", "contract", 20_000),
            ("Отключить учётные записи CORP\\oldadmin и CORP\\svc-backup2", "Disable CORP\\oldadmin and CORP\\svc-backup2", "2 недели", "2 weeks", 4, "договор", "contract", 0),
            ("Заменить два сервера с Windows Server 2012 R2", "Replace two Windows Server 2012 R2 machines", "квартал", "a quarter", 60, "проект", "project", 780_000),
        ), 1)
    ]  # fmt: skip
    return table("recommendations", word("Рекомендации", "Recommendations"), kinds, "nttttntnt", rows)


def _appendices(rows: int) -> tuple[Section, ...]:
    hosts = [
        [value(f"ws-{n:03}.romashka.local"), value(f"10.1.{n // 250}.{n % 250 + 1}"), t("Рабочее место", "Workplace"), value(f"Windows 10 Pro 22H2 19045.{n}"),
         value(f"SN{n * 7919:08}"), date(2025, 10, 14), say("state.failed" if n % 3 else "state.complete")]
        for n in range(rows)
    ]  # fmt: skip
    columns = ("sample.host", "sample.address", "sample.role", "sample.os", "sample.serial", "sample.until", "doc.state")
    journal = [[n, value(f"ss -Hlntup | {n}"), value("srv1"), say("cell.date", value=date(2026, 11, 20))] for n in range(12)]
    return (
        Section("hosts", word("Оборудование и системы", "Hardware and systems"), (table("hosts", word("Оборудование", "Hardware"), columns, "tcttcds", hosts),), appendix=True),
        Section("journal", word("Журнал действий аудитора", "Journal of the auditor"), (
            Para(word("Каждая команда, которую программа отправила.", "Every command that the program sent.")),
            table("journal", word("Журнал", "Journal"), ("sample.no", "sample.command", "sample.host", "doc.date"), "nctd", journal),
        ), appendix=True),
        Section("terms", word("Термины", "Terms"), (Para(word("RTO — за какое время система должна вернуться. RPO — сколько данных можно потерять.", "RTO: how soon a system must be back. RPO: how much data may be lost.")),), level=2, appendix=True),
    )  # fmt: skip


if __name__ == "__main__":
    from auditkit.reporting.docx import write_docx
    from auditkit.reporting.html import write_html
    from auditkit.reporting.xlsx import write_xlsx

    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for lang in LANGS:
        write_docx(document(), lang, folder / f"sample.{lang}.docx")
        write_xlsx(document(), lang, folder / f"sample.{lang}.xlsx")
        write_html(document(), lang, folder / f"sample.{lang}.html")
