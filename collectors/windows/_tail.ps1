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
$akText = "`n<<<AUDITKIT1 " + $akRaw.Length + ' ' + $akHash + ">>>`n" + $akText + "`n<<<END>>>`n"
$akBytes = [Text.Encoding]::ASCII.GetBytes($akText)
$akStream = [Console]::OpenStandardOutput()
$akStream.Write($akBytes, 0, $akBytes.Length)
$akStream.Flush()
