$akRaw = [Text.Encoding]::ASCII.GetBytes($akOut.ToString())
$akPacked = New-Object IO.MemoryStream
$akZip = New-Object IO.Compression.GZipStream($akPacked, [IO.Compression.CompressionMode]::Compress)
$akZip.Write($akRaw, 0, $akRaw.Length)
$akZip.Close()
$akText = [Convert]::ToBase64String($akPacked.ToArray())
try {
    $akSha = New-Object Security.Cryptography.SHA256Managed
} catch {
    $akSha = New-Object Security.Cryptography.SHA256CryptoServiceProvider
}
$akHash = [BitConverter]::ToString($akSha.ComputeHash($akRaw)).Replace('-', '').ToLowerInvariant()
[Console]::Out.Write("`n<<<AUDITKIT1 " + $akRaw.Length + ' ' + $akHash + ">>>`n")
for ($akAt = 0; $akAt -lt $akText.Length; $akAt += 4096) {
    [Console]::Out.Write($akText.Substring($akAt, [Math]::Min(4096, $akText.Length - $akAt)) + "`n")
}
[Console]::Out.Write("<<<END>>>`n")
