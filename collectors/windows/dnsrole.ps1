$there = @(Get-Rows 'Win32_Service' @('Name', 'State', 'StartMode') "Name='DNS'")
$there
if ($there.Count -gt 0) {
    Get-Rows 'MicrosoftDNS_Server' @('Name', 'Forwarders', 'NoRecursion', 'ScavengingInterval', 'ListenAddresses') $null 'root\MicrosoftDNS'
    Get-Rows 'MicrosoftDNS_Zone' @('Name', 'ZoneType', 'DsIntegrated', 'Aging', 'AllowUpdate', 'Reverse', 'AutoCreated', 'MasterServers', 'DataFile', 'SecureSecondaries', 'SecondaryServers') $null 'root\MicrosoftDNS'
}
