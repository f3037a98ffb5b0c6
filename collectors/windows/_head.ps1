# auditkit: reads this computer and changes nothing. Windows PowerShell 2.0 to 5.1.
# One answer on standard output: ASCII, packed, with its length and SHA-256, so that what is cut off is seen.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$WarningPreference = 'SilentlyContinue'
$akCulture = [Globalization.CultureInfo]::InvariantCulture
$akOut = New-Object Text.StringBuilder

function Write-AkText($akText) {
    [void]$akOut.Append('"')
    if ($akText -cmatch '\A[ !#-\[\]-~]*\z') {
        [void]$akOut.Append($akText)
    } else {
        foreach ($akChar in $akText.ToCharArray()) {
            $akCode = [int]$akChar
            if ($akCode -eq 34 -or $akCode -eq 92) {
                [void]$akOut.Append('\').Append($akChar)
            } elseif ($akCode -lt 32 -or $akCode -gt 126) {
                [void]$akOut.Append('\u').Append($akCode.ToString('x4'))
            } else {
                [void]$akOut.Append($akChar)
            }
        }
    }
    [void]$akOut.Append('"')
}

function Write-AkValue($akValue, $akDepth) {
    if ($akValue -is [Management.Automation.PSObject] -and $akValue.psobject.BaseObject -isnot [Management.Automation.PSCustomObject]) {
        $akValue = $akValue.psobject.BaseObject
    }
    if ($null -eq $akValue -or $akValue -is [DBNull]) {
        [void]$akOut.Append('null')
    } elseif ($akDepth -gt 6) {
        throw 'a value nested too deep'
    } elseif ($akValue -is [bool]) {
        [void]$akOut.Append($akValue.ToString().ToLowerInvariant())
    } elseif ($akValue -is [DateTime]) {
        Write-AkText ($akValue.ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ssZ', $akCulture))
    } elseif ($akValue -is [string] -or $akValue -is [char] -or $akValue -is [guid] -or $akValue -is [Enum] -or $akValue -is [Version] -or $akValue -is [TimeSpan]) {
        Write-AkText ([string]$akValue)
    } elseif ($akValue -is [double] -or $akValue -is [single]) {
        if ([double]::IsNaN($akValue) -or [double]::IsInfinity($akValue)) {
            Write-AkText ($akValue.ToString($akCulture))
        } else {
            [void]$akOut.Append($akValue.ToString('R', $akCulture))
        }
    } elseif ($akValue -is [ValueType] -and $akValue -is [IConvertible]) {
        [void]$akOut.Append([Convert]::ToString($akValue, $akCulture))
    } elseif ($akValue -is [byte[]]) {
        Write-AkText ([BitConverter]::ToString($akValue).Replace('-', '').ToLowerInvariant())
    } elseif ($akValue -is [Collections.IDictionary]) {
        $akMark = '{'
        foreach ($akKey in @($akValue.psbase.Keys)) {
            [void]$akOut.Append($akMark)
            $akMark = ','
            Write-AkText ([string]$akKey)
            [void]$akOut.Append(':')
            Write-AkValue $akValue[$akKey] ($akDepth + 1)
        }
        if ($akMark -eq '{') {
            [void]$akOut.Append('{')
        }
        [void]$akOut.Append('}')
    } elseif ($akValue -is [Collections.IEnumerable]) {
        $akMark = '['
        foreach ($akItem in $akValue) {
            [void]$akOut.Append($akMark)
            $akMark = ','
            Write-AkValue $akItem ($akDepth + 1)
        }
        if ($akMark -eq '[') {
            [void]$akOut.Append('[')
        }
        [void]$akOut.Append(']')
    } else {
        Write-AkText ([string]$akValue)
    }
}

function Write-AkRow($akRow) {
    Write-AkValue $akRow 0
    [void]$akOut.Append("`n")
}

function Get-AkNumber($akError) {
    $akCause = $akError.Exception
    while ($akCause) {
        if ($akCause -is [Management.Automation.CommandNotFoundException]) {
            return 127
        }
        if ($akCause -is [Management.ManagementException]) {
            return [int]$akCause.ErrorCode
        }
        if ($akCause -is [UnauthorizedAccessException] -or $akCause -is [Security.SecurityException]) {
            return -2147024891
        }
        $akLast = $akCause
        $akCause = $akCause.InnerException
    }
    return [Runtime.InteropServices.Marshal]::GetHRForException($akLast)
}

function Part($akOf, $akBlock) {
    try {
        & $akBlock
    } catch {
        @{ '_' = 'trouble'; 'of' = $akOf; 'hr' = (Get-AkNumber $_); 'msg' = $_.Exception.Message }
    }
}

function Get-Rows($akClass, $akProps, $akWhere, $akSpace) {
    if (-not $akSpace) {
        $akSpace = 'root\cimv2'
    }
    $akQuery = 'SELECT ' + ($akProps -join ',') + ' FROM ' + $akClass
    if ($akWhere) {
        $akQuery = $akQuery + ' WHERE ' + $akWhere
    }
    Get-WmiObject -Namespace $akSpace -Query $akQuery | ForEach-Object {
        $akRow = @{ '_' = $akClass }
        foreach ($akName in $akProps) {
            $akRow[$akName] = $_.psbase.Properties[$akName].Value
        }
        $akRow
    }
}

function Get-Reg($akWord, $akPath, $akNames) {
    $akKey = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey($akPath)
    $akRow = @{ '_' = $akWord; 'there' = ($null -ne $akKey) }
    foreach ($akName in $akNames) {
        $akRow[$akName] = $null
        if ($null -ne $akKey) {
            $akRow[$akName] = $akKey.GetValue($akName)
        }
    }
    $akRow
}

function Get-Keys($akPath) {
    $akKey = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey($akPath)
    if ($null -ne $akKey) {
        $akKey.GetSubKeyNames()
    }
}

function Get-Names($akPath) {
    $akKey = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey($akPath)
    if ($null -ne $akKey) {
        $akKey.GetValueNames()
    }
}

# A row per record of one SELECT. Integrated security; nothing but a single SELECT is sent.
function Read-Sql($akServer, $akWord, $akQuery, $akBase) {
    if ($akQuery -notmatch '\A\s*SELECT\b' -or $akQuery -match ';|--|/\*|\b(INTO|EXEC|EXECUTE|OPENROWSET|OPENQUERY|OPENDATASOURCE|INSERT|UPDATE|DELETE|MERGE|DROP|ALTER|CREATE|TRUNCATE|GRANT)\b|\bNEXT\s+VALUE\b') {
        throw 'Read-Sql sends one SELECT and nothing else'
    }
    if (-not $akBase) {
        $akBase = 'master'
    }
    $akHow = New-Object Data.SqlClient.SqlConnectionStringBuilder
    $akHow['Data Source'] = $akServer
    $akHow['Initial Catalog'] = $akBase
    $akHow['Integrated Security'] = $true
    $akHow['Connect Timeout'] = 8
    $akHow['Application Name'] = 'auditkit'
    $akHow['Pooling'] = $false
    $akLink = New-Object Data.SqlClient.SqlConnection($akHow.ToString())
    try {
        $akLink.Open()
        $akAsk = $akLink.CreateCommand()
        $akAsk.CommandText = $akQuery
        $akAsk.CommandTimeout = 30
        $akReader = $akAsk.ExecuteReader()
        while ($akReader.Read()) {
            $akRow = @{ '_' = $akWord; 'server' = $akServer }
            for ($akAt = 0; $akAt -lt $akReader.FieldCount; $akAt++) {
                $akRow[$akReader.GetName($akAt)] = $akReader.GetValue($akAt)
            }
            $akRow
        }
    } finally {
        $akLink.Close()
    }
}

# The first bytes of a file that others may go on writing, renaming and deleting meanwhile.
function Read-File($akWord, $akPath, $akMost) {
    $akInfo = New-Object IO.FileInfo($akPath)
    $akFile = New-Object IO.FileStream($akInfo.FullName, [IO.FileMode]::Open, [IO.FileAccess]::Read, ([IO.FileShare]::ReadWrite -bor [IO.FileShare]::Delete))
    try {
        $akSize = $akFile.Length
        $akBytes = New-Object byte[] ([int][Math]::Min($akSize, $akMost))
        $akHave = 0
        while ($akHave -lt $akBytes.Length) {
            $akGot = $akFile.Read($akBytes, $akHave, $akBytes.Length - $akHave)
            if ($akGot -eq 0) {
                throw 'the file became shorter while it was read'
            }
            $akHave += $akGot
        }
    } finally {
        $akFile.Close()
    }
    @{ '_' = $akWord; 'path' = $akInfo.FullName; 'size' = $akSize; 'changed' = $akInfo.LastWriteTimeUtc; 'cut' = ($akSize -gt $akHave); 'data' = [Convert]::ToBase64String($akBytes, 0, $akHave) }
}

# Files of these patterns below a folder, so many levels deep. Junctions and links to folders are not followed.
function Find-Files($akWord, $akRoot, $akPatterns, $akDepth, $akMostFolders) {
    $akTodo = New-Object Collections.Queue
    $akTodo.Enqueue(@((New-Object IO.DirectoryInfo($akRoot)), 0))
    $akSeen = 0
    $akRefused = 0
    $akFirst = $null
    while ($akTodo.Count -gt 0 -and $akSeen -lt $akMostFolders) {
        $akFolder, $akLevel = $akTodo.Dequeue()
        $akSeen++
        try {
            foreach ($akPattern in $akPatterns) {
                foreach ($akFile in $akFolder.GetFiles($akPattern)) {
                    if ($akFile.Name -like $akPattern) {
                        @{ '_' = $akWord; 'path' = $akFile.FullName; 'size' = $akFile.Length; 'changed' = $akFile.LastWriteTimeUtc }
                    }
                }
            }
            if ($akLevel -lt $akDepth) {
                foreach ($akInner in $akFolder.GetDirectories()) {
                    if (($akInner.Attributes -band [IO.FileAttributes]::ReparsePoint) -eq 0) {
                        $akTodo.Enqueue(@($akInner, ($akLevel + 1)))
                    }
                }
            }
        } catch {
            $akRefused++
            if ($null -eq $akFirst) {
                $akFirst = @{ '_' = 'trouble'; 'of' = $akWord; 'hr' = (Get-AkNumber $_); 'msg' = $_.Exception.Message }
            }
        }
    }
    if ($akTodo.Count -gt 0) {
        @{ '_' = 'trouble'; 'of' = $akWord; 'hr' = 0; 'msg' = ('only ' + $akSeen + ' folders below ' + $akRoot + ' were looked at') }
    } elseif ($null -ne $akFirst) {
        $akFirst['msg'] = [string]$akRefused + ' folders below ' + $akRoot + ' were not read: ' + $akFirst['msg']
        $akFirst
    }
}

# Events of the last days, the newest first. None is a known nothing; more than wanted is told by a row of trouble.
function Get-Events($akWord, $akFilter, $akDays, $akMost) {
    $akFilter['StartTime'] = [DateTime]::Now.AddDays(-$akDays)
    $akCount = 0
    try {
        Get-WinEvent -FilterHashtable $akFilter -MaxEvents ($akMost + 1) | ForEach-Object {
            $akCount++
            if ($akCount -le $akMost) {
                $akData = New-Object Collections.ArrayList
                foreach ($akItem in $_.Properties) {
                    [void]$akData.Add($akItem.Value)
                }
                @{ '_' = $akWord; 'id' = $_.Id; 'provider' = $_.ProviderName; 'at' = $_.TimeCreated; 'level' = $_.Level; 'data' = $akData }
            }
        }
    } catch {
        if ($_.FullyQualifiedErrorId -notlike 'NoMatchingEventsFound*') {
            throw
        }
    }
    if ($akCount -gt $akMost) {
        @{ '_' = 'trouble'; 'of' = ($akWord + '-cut'); 'hr' = 0; 'msg' = ('more than ' + $akMost + ' events in ' + $akDays + ' days') }
    }
}

function Section($akName, $akBlock) {
    $akTime = [Diagnostics.Stopwatch]::StartNew()
    Write-AkRow @{ 'section' = $akName }
    $akStart = $akOut.Length
    $akEnd = @{ 'end' = $akName; 'code' = 0; 'msg' = '' }
    try {
        & $akBlock | ForEach-Object {
            if ($_ -isnot [Collections.IDictionary] -or -not $_['_']) {
                throw 'the section sent what is no row'
            }
            $akBefore = $akOut.Length
            try {
                Write-AkRow $_
            } catch {
                $akOut.Length = $akBefore
                throw
            }
        }
    } catch {
        $akHr = Get-AkNumber $_
        $akEnd['code'] = 1
        $akEnd['msg'] = $_.Exception.Message
        if ($akHr -eq -2147217405 -or $akHr -eq -2147024891) {
            $akEnd['code'] = 5
        } elseif ($akOut.Length -eq $akStart -and ($akHr -eq 127 -or $akHr -eq -2147217392 -or $akHr -eq -2147217394)) {
            $akEnd['code'] = 127
            $akEnd['msg'] = ''
        }
    }
    $akEnd['ms'] = $akTime.ElapsedMilliseconds
    Write-AkRow $akEnd
}

$akUser = New-Object Security.Principal.WindowsPrincipal([Security.Principal.WindowsIdentity]::GetCurrent())
$akAdmin = $akUser.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)
Write-AkRow @{ 'auditkit' = 'windows/1'; 'admin' = $akAdmin; 'ps' = [string]$PSVersionTable.PSVersion; 'account' = ([Environment]::UserDomainName + '\' + [Environment]::UserName); 'computer' = [Environment]::MachineName; 'at' = [DateTime]::UtcNow }
