"""Every file of the collecting script only reads; whatever could write, start or call is refused, each way by a script of its own.

The grammar (tree-sitter-pwsh) is not Windows' own parser, and no file here has been run by a real Windows PowerShell.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from auditkit.probing import PowerShell
from auditkit.registry import registry
from auditkit.transports.powershell import text_of
from tests.collectors.windows.psreadonly import refusals

FOLDER = Path(__file__).parents[3] / "collectors" / "windows"
SCRIPTS = sorted(FOLDER.glob("*.ps1"))
EVIL: dict[str, str | bytes] = {
    "a command that removes": "Remove-Item 'C:\\x'",
    "one that sets": "Set-ItemProperty -Path 'HKLM:\\SOFTWARE\\x' -Name 'a' -Value 1",
    "one that makes a service": "New-Service -Name 'x' -BinaryPathName 'C:\\x.exe'",
    "one that starts a program": "Start-Process 'C:\\x.exe'",
    "one that stops one": "Stop-Service 'Spooler'",
    "an alias": "gwmi -Query 'SELECT Name FROM Win32_Service'",
    "an alias that writes": "sc 'C:\\x' 'y'",
    "a program": "netsh advfirewall set allprofiles state off",
    "a shell": "cmd /c del C:\\x",
    "a program by its path": "C:\\Windows\\System32\\reg.exe add HKLM\\SOFTWARE\\x",
    "Out-File": "Get-Date | Out-File 'C:\\x'",
    "Tee-Object": "Get-Date | Tee-Object 'C:\\x'",
    "Export-Csv": "Get-Process | Export-Csv 'C:\\x'",
    "a redirection": "Get-Date > 'C:\\x'",
    "an appending one": "Get-Date >> 'C:\\x'",
    "one of errors": "Get-Date 2> 'C:\\x'",
    "Invoke-Expression": "Invoke-Expression 'Remove-Item C:\\x'",
    "iex": "iex $text",
    "Invoke-Command": "Invoke-Command -ScriptBlock { Get-Date }",
    "Invoke-WmiMethod": "Invoke-WmiMethod -Class 'Win32_Process' -Name 'Create' -ArgumentList 'calc'",
    "Set-WmiInstance": "Set-WmiInstance -Class 'Win32_Environment'",
    "[wmiclass]": "([wmiclass]'Win32_Process').Create('calc')",
    "[wmiclass] alone": "$class = [wmiclass]'Win32_Process'",
    "[wmi] changed": "$disk = [wmi]'Win32_LogicalDisk.DeviceID=\"C:\"'",
    "Add-Type": "Add-Type -TypeDefinition 'public class X {}'",
    "[scriptblock]::Create": "[scriptblock]::Create('Remove-Item C:\\x')",
    "the call operator on a variable": "& $name 'x'",
    "on a text": "& 'Remove-Item' 'C:\\x'",
    "on a sum of texts": "& ('Remove' + '-Item') 'C:\\x'",
    "on a block": "& { Get-Date }",
    "dot sourcing": ". 'C:\\x.ps1'",
    "a method that deletes": "(Get-Item 'C:\\x').Delete()",
    "one that puts": "$disk.Put()",
    "a method of WMI": "@(Get-WmiObject -Query 'SELECT Name FROM Win32_Service')[0].StopService()",
    "one in a pipeline": "Get-ChildItem 'C:\\x' | ForEach-Object { $_.MoveTo('C:\\y') }",
    "one by its name in a variable": "$item.$name()",
    "one by its name as a text": "$item.'Delete'()",
    "one called by ForEach-Object": "Get-ChildItem 'C:\\x' | ForEach-Object Delete",
    "one called by -MemberName": "Get-ChildItem 'C:\\x' | ForEach-Object -MemberName 'Delete'",
    "Replace of a file": "(Get-Item 'C:\\x').Replace('C:\\y', 'C:\\z')",
    "a delegate": "$item.Delete.Invoke()",
    "a block that is invoked": "{ Get-Date }.Invoke()",
    "reflection": "$kind.InvokeMember('Delete', 'InvokeMethod', $null, $item, $null)",
    "reflection by a variable": "$kind.InvokeMember('ADsPath', $how, $null, $item, $null)",
    "reflection of an unknown property": "$kind.InvokeMember('Terminate', 'GetProperty', $null, $item, $null)",
    "a method of ADSI": "$user.psbase.Invoke('SetPassword', 'x')",
    "ADSI elsewhere": "[ADSI]'LDAP://dc1/DC=x'",
    "ADSI by a variable": "[ADSI]$path",
    "[IO.File]::WriteAllText": "[IO.File]::WriteAllText('C:\\x', 'y')",
    "[IO.File]::Delete": "[System.IO.File]::Delete('C:\\x')",
    "a static member by a variable": "$kind::Delete('C:\\x')",
    "a type out of a text": "('IO.File' -as [type])::Delete('C:\\x')",
    "an assembly": "[Reflection.Assembly]::LoadWithPartialName('System.Web')",
    "the registry opened to be written": "[Microsoft.Win32.Registry]::LocalMachine.OpenSubKey('SOFTWARE', $true)",
    "the registry written": "[Microsoft.Win32.Registry]::SetValue('HKEY_LOCAL_MACHINE\\SOFTWARE\\x', 'a', 1)",
    "a COM class": "New-Object -ComObject 'WScript.Shell'",
    "one with a colon": "New-Object -ComObject:'WScript.Shell'",
    "one behind a type": "New-Object Text.StringBuilder -ComObject 'WScript.Shell'",
    "one whose name is put together": "New-Object -ComObject ('WScript' + '.Shell')",
    "a parameter cut short": "New-Object -Com 'WScript.Shell'",
    "a type": "New-Object IO.StreamWriter 'C:\\x'",
    "a file stream": "New-Object IO.FileStream('C:\\x', [IO.FileMode]::Create)",
    "a client of the network": "New-Object Net.WebClient",
    "an environment variable": "$env:PATH = 'C:\\x'",
    "an environment variable counted up": "$env:x++",
    "a variable that is a file": "${C:\\x} = 'y'",
    "a function changed": "$function:prompt = { Get-Date }",
    "a global variable": "$global:x = 1",
    "a property": "$item.Attributes = 'Hidden'",
    "a property of an element": "$rows[0].Name = 'x'",
    "a property among variables": "$a, $item.Name = 1, 2",
    "a static property": "[Environment]::CurrentDirectory = 'C:\\'",
    "an element of what is not ours": "$item = Get-Item 'C:\\x'; $item['a'] = 1",
    "a default for all commands": "$PSDefaultParameterValues = @{ 'Get-Item:Path' = 'C:\\x' }",
    "errors made silent": "$ErrorActionPreference = 'SilentlyContinue'",
    "errors of one command": "Get-Item 'C:\\x' -ErrorAction SilentlyContinue",
    "a failure that is swallowed": "try { Get-Date } catch { }",
    "the engine itself": "$ExecutionContext.InvokeCommand.InvokeScript('Get-Date')",
    "splatting": "$a = @{ Path = 'C:\\x' }; Get-Item @a",
    "a query that is put together": "Get-WmiObject -Query $query",
    "a class of the other side": "$name = [Environment]::MachineName; Get-Rows $name @('Name')",
    "SQL that changes": "Read-Sql 's' 'w' 'DELETE FROM x'",
    "SQL into a table": "Read-Sql 's' 'w' 'SELECT a INTO b FROM c'",
    "SQL and more of it": "Read-Sql 's' 'w' 'SELECT 1; DROP TABLE x'",
    "SQL that is put together": "Read-Sql 's' 'w' ('SELECT ' + $server)",
    "a command in a text": '"$(Remove-Item C:\\x)"',
    "a backtick in a name": "Re`move-Item 'C:\\x'",
    "a backtick in a text": '"`e[0m"',
    "a function of its own": "function Get-Date { Remove-Item 'C:\\x' }",
    "a filter": "filter Get-Item { Remove-Item 'C:\\x' }",
    "a trap": "trap { continue }",
    "a class": "class X { }",
    "stop-parsing": "Get-Item --% C:\\x",
    "a here-string": "@'\nx\n'@",
    "a block comment": "<# x #> Get-Date",
    "a curly quote": "Get-Item \u2018C:\\x\u2019".encode(),
    "a long dash": "New\u2013Object 'x'".encode(),
    "another computer": "Get-ChildItem '\\\\server\\share'",
    "another computer with slashes": "Get-ChildItem '//server/share'",
    "another computer behind a provider": "Get-ChildItem 'FileSystem::\\\\server\\share'",
    "another computer by a text with variables": 'Get-ChildItem "\\\\server\\$name"',
    "lines joined by a backtick": "Get-Item `\n'C:\\x'",
    "the end of the script": "exit 0",
    "a break without a loop of its own": "@(1, 2) | ForEach-Object { break }",
    "a continue without one": "Get-Process | ForEach-Object { if ($_.Id) { continue } }",
    "a method in a text": '"$($item.Delete())"',
    "a calculated column": "Get-Process | Select-Object @{ n = 'x'; e = { $_.Kill() } }",
    "a method of lists": "@(1, 2).ForEach({ Get-Date })",
    "a block with parameters": "{ param($a = (Remove-Item 'C:\\x')) }",
    "a command by its module": "Microsoft.PowerShell.Management\\Remove-Item 'C:\\x'",
    "a file opened otherwise than by its text": "New-Object IO.FileStream($a.FullName, [IO.FileMode]::Open, [IO.FileAccess]::Write)",
    "another computer in WMI": "Get-WmiObject -Namespace '\\\\server\\root\\cimv2' -Query 'SELECT Name FROM Win32_Service'",
    "a job": "Get-WmiObject -Query 'SELECT Name FROM Win32_Service' -AsJob",
    "a module": "Import-Module 'x'",
    "a text that does not end": "Get-Item 'C:\\x",
    "a block that does not end": "if ($a) { Get-Date",
}


def test_every_section_of_a_probe_is_among_the_files_looked_at() -> None:
    asked = {c.section for p in registry().probes.values() for c in p.commands if isinstance(c, PowerShell)}
    assert asked
    assert asked <= {script.stem for script in SCRIPTS}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: p.stem)
def test_a_file_of_ours_only_reads(script: Path) -> None:
    assert refusals(script.read_bytes(), script.stem) == []


@pytest.mark.parametrize("way", EVIL)
def test_what_could_change_something_is_refused(way: str) -> None:
    script = EVIL[way]
    assert refusals(script if isinstance(script, bytes) else script.encode())


@pytest.mark.parametrize("way", EVIL)
def test_it_is_refused_inside_a_section_that_is_fine_otherwise(way: str) -> None:
    script = EVIL[way]
    text = script if isinstance(script, bytes) else script.encode()
    whole = text_of("services").encode() + b"Part 'x' {\n    foreach ($one in @('a')) {\n" + text + b"\n    }\n}\n"
    assert refusals(whole, "services")


@pytest.mark.parametrize("name", ["_head", "_tail", "_offline"])
def test_what_the_runtime_may_is_not_for_sections(name: str) -> None:
    assert refusals(text_of(name).encode(), "services")


@pytest.mark.parametrize(
    "script",
    [
        "foreach ($class in @('Win32_Service', 'Win32_Share')) { Get-Rows $class @('Name') }",
        "$where = \"Name='x'\"\nGet-Rows 'Win32_Service' @('Name') $where 'root\\cimv2'",
        "Get-WmiObject -Query 'SELECT Name FROM Win32_Service' | ForEach-Object { @{ '_' = 'x'; name = $_.Name } }",
        "$key = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey('SOFTWARE')",
        "Read-Sql $server 'base' 'SELECT name FROM sys.databases'",
        "$row = Get-Reg 'x' 'SOFTWARE\\x' @('a')\n$row['b'] = 1",
        "foreach ($one in @(1, 2)) {\n    if ($one -eq 2) {\n        break\n    }\n}",
        "switch ($a) {\n    1 {\n        'x'\n        break\n    }\n}",
    ],
)
def test_what_reads_is_taken(script: str) -> None:
    assert refusals(script.encode()) == []


@pytest.mark.parametrize(
    ("was", "now"),
    [("CreateNew", "Create"), ("CreateNew", "Append"), ("Combine($akTo, $akName)", "Combine($akTo, 'x')"), ("Encrypt(", "Decrypt(")],
)
def test_the_offline_script_makes_one_new_file_and_no_other(was: str, now: str) -> None:
    text = text_of("_offline")
    assert was in text
    assert refusals(text.replace(was, now).encode(), "_offline")


def test_a_refusal_says_line_and_place() -> None:
    assert refusals(b"Get-Date\nRemove-Item 'C:\\x'") == [(2, "a command that is not on the list: Remove-Item 'C:\\x'")]
