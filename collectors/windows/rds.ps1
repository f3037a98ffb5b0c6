Get-Rows 'Win32_TerminalServiceSetting' @('TerminalServerMode') $null 'root\cimv2\TerminalServices'
Get-Reg 'local' 'SYSTEM\CurrentControlSet\Services\TermService\Parameters\LicenseServers' @('SpecifiedLicenseServers')
Get-Reg 'core' 'SYSTEM\CurrentControlSet\Control\Terminal Server\RCM\Licensing Core' @('LicensingMode')
Get-Reg 'policy' 'SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services' @('LicenseServers', 'LicensingMode')
Part 'Win32_TSLicenseKeyPack' {
    Get-Rows 'Win32_TSLicenseKeyPack' @('KeyPackId', 'KeyPackType', 'ProductVersion', 'TotalLicenses', 'IssuedLicenses', 'AvailableLicenses')
}
