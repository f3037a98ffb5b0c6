# The end of the offline script: closes the answer to the public key above and makes one new file. Nothing else is written.
# It needs .NET 2.0 alone.
$akRaw = [Text.Encoding]::ASCII.GetBytes($akOut.ToString())
$akPacked = New-Object IO.MemoryStream
$akZip = New-Object IO.Compression.GZipStream($akPacked, [IO.Compression.CompressionMode]::Compress)
$akZip.Write($akRaw, 0, $akRaw.Length)
$akZip.Close()
try {
    $akSha = New-Object Security.Cryptography.SHA256Managed
} catch {
    $akSha = New-Object Security.Cryptography.SHA256CryptoServiceProvider
}
$akHash = [BitConverter]::ToString($akSha.ComputeHash($akRaw)).Replace('-', '').ToLowerInvariant()
$akPart = [Text.Encoding]::ASCII.GetBytes('<<<AUDITKIT1 ' + $akRaw.Length + ' ' + $akHash + ">>>`n" + [Convert]::ToBase64String($akPacked.ToArray()) + "`n<<<END>>>`n")

# who answers, and when
$akMachine = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey('SOFTWARE\Microsoft\Cryptography').GetValue('MachineGuid')
$akDomain = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey('SYSTEM\CurrentControlSet\Services\Tcpip\Parameters').GetValue('Domain')
$akNow = [DateTime]::UtcNow
$akBundle['system'] = 'windows'
$akBundle['host'] = [Environment]::MachineName
$akBundle['domain'] = [string]$akDomain
$akBundle['machine'] = [string]$akMachine
$akBundle['account'] = [Environment]::UserDomainName + '\' + [Environment]::UserName
$akBundle['at'] = $akNow
$akOut = New-Object Text.StringBuilder
[void]$akOut.Append("AUDITKIT-ANSWER 1`n")
Write-AkRow $akBundle

$akSecret = New-Object byte[] 64
if ($akBundle['form'] -eq 'plain') {
    [void]$akOut.Append("-`n")
} else {
    $akRandom = New-Object Security.Cryptography.RNGCryptoServiceProvider
    $akRandom.GetBytes($akSecret)
    $akRsa = New-Object Security.Cryptography.RSACryptoServiceProvider
    $akRsa.FromXmlString($akPublic)
    [void]$akOut.Append([Convert]::ToBase64String($akRsa.Encrypt($akSecret, $true)))
    [void]$akOut.Append("`n")
    try {
        $akAes = New-Object Security.Cryptography.RijndaelManaged
    } catch {
        # a policy that allows certified algorithms alone
        $akAes = New-Object Security.Cryptography.AesCryptoServiceProvider
    }
    $akAes.Key = [byte[]]$akSecret[0..31]
    $akStart = $akAes.IV
    $akBody = $akAes.CreateEncryptor().TransformFinalBlock($akPart, 0, $akPart.Length)
    $akPart = New-Object byte[] ($akStart.Length + $akBody.Length)
    [Array]::Copy($akStart, 0, $akPart, 0, $akStart.Length)
    [Array]::Copy($akBody, 0, $akPart, $akStart.Length, $akBody.Length)
}
[void]$akOut.Append("PART stdout`n")
$akText = [Convert]::ToBase64String($akPart)
for ($akAt = 0; $akAt -lt $akText.Length; $akAt += 76) {
    [void]$akOut.Append($akText, $akAt, [Math]::Min(76, $akText.Length - $akAt)).Append("`n")
}
$akWhole = [Text.Encoding]::ASCII.GetBytes($akOut.ToString())
if ($akBundle['form'] -eq 'plain') {
    $akTag = $akSha.ComputeHash($akWhole)
} else {
    $akMac = New-Object Security.Cryptography.HMACSHA256
    $akMac.Key = [byte[]]$akSecret[32..63]
    $akTag = $akMac.ComputeHash($akWhole)
}
$akLast = [Text.Encoding]::ASCII.GetBytes('END ' + [BitConverter]::ToString($akTag).Replace('-', '').ToLowerInvariant() + "`n")

# one new file, never over another one
$akName = 'auditkit_' + $akBundle['client'] + '_' + [Environment]::MachineName + '_' + $akNow.ToString('yyyyMMddTHHmmssZ', $akCulture) + '_' + [BitConverter]::ToString($akTag, 0, 4).Replace('-', '').ToLowerInvariant() + '.answer'
$akFile = New-Object IO.FileStream([IO.Path]::Combine($akTo, $akName), [IO.FileMode]::CreateNew, [IO.FileAccess]::Write, [IO.FileShare]::None)
try {
    $akFile.Write($akWhole, 0, $akWhole.Length)
    $akFile.Write($akLast, 0, $akLast.Length)
} finally {
    $akFile.Close()
}
'auditkit: ' + $akName
