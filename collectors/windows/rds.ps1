Get-Rows 'Win32_TerminalServiceSetting' @('TerminalServerMode', 'LicensingType') $null 'root\cimv2\TerminalServices'
Get-Reg 'local' 'SYSTEM\CurrentControlSet\Services\TermService\Parameters\LicenseServers' @('SpecifiedLicenseServers')
Get-Reg 'policy' 'SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services' @('LicenseServers')
Part 'Win32_TSLicenseKeyPack' {
    Get-Rows 'Win32_TSLicenseKeyPack' @('KeyPackId', 'KeyPackType', 'ProductVersion', 'TotalLicenses', 'IssuedLicenses', 'AvailableLicenses')
}
