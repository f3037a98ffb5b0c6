$there = @(Get-Rows 'Win32_Service' @('Name', 'State') "Name='W3SVC'")
$there
if ($there.Count -gt 0) {
    $folder = [Environment]::GetEnvironmentVariable('windir') + '\System32\inetsrv\config\'
    Part 'redirection' {
        Read-File 'redirection' ($folder + 'redirection.config') 65536
    }
    Part 'config' {
        Read-File 'config' ($folder + 'applicationHost.config') 8388608
    }
    Part 'tls' {
        foreach ($kind in @('SslBindingInfo', 'SslSniBindingInfo')) {
            $path = 'SYSTEM\CurrentControlSet\Services\HTTP\Parameters\' + $kind
            foreach ($name in @(Get-Keys $path)) {
                @{ '_' = 'tls'; binding = $name; hash = (Get-Reg 'one' ($path + '\' + $name) @('SslCertHash'))['SslCertHash'] }
            }
        }
    }
}
