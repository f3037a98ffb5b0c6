foreach ($store in @('My', 'WebHosting', 'Remote Desktop')) {
    $path = 'Cert:\LocalMachine\' + $store
    if (Test-Path -LiteralPath $path) {
        foreach ($item in @(Get-ChildItem -LiteralPath $path)) {
            @{ '_' = 'certificate'; store = $store; thumbprint = $item.Thumbprint; key = $item.HasPrivateKey; raw = $item.RawData }
        }
    }
}
Part 'tls' {
    foreach ($kind in @('SslBindingInfo', 'SslSniBindingInfo')) {
        $path = 'SYSTEM\CurrentControlSet\Services\HTTP\Parameters\' + $kind
        foreach ($name in @(Get-Keys $path)) {
            @{ '_' = 'tls'; binding = $name; hash = (Get-Reg 'one' ($path + '\' + $name) @('SslCertHash'))['SslCertHash'] }
        }
    }
}
Part 'Win32_TSGeneralSetting' {
    Get-Rows 'Win32_TSGeneralSetting' @('TerminalName', 'SSLCertificateSHA1Hash') $null 'root\cimv2\TerminalServices'
}
