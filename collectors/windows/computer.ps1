Get-Rows 'Win32_ComputerSystem' @('Name', 'DNSHostName', 'Domain', 'DomainRole', 'PartOfDomain', 'Manufacturer', 'Model', 'TotalPhysicalMemory')
Get-Rows 'Win32_BIOS' @('SerialNumber', 'SMBIOSBIOSVersion', 'ReleaseDate')
Get-Rows 'Win32_ComputerSystemProduct' @('UUID')
Get-Rows 'Win32_BaseBoard' @('Product', 'SerialNumber')
Get-Rows 'Win32_SystemEnclosure' @('ChassisTypes')
Get-Rows 'Win32_Processor' @('Name', 'NumberOfCores', 'NumberOfLogicalProcessors')
Part 'sid' {
    $joined = @(Get-WmiObject -Query 'SELECT PartOfDomain FROM Win32_ComputerSystem')[0].PartOfDomain
    $sid = ''
    if ($joined) {
        $name = [Environment]::MachineName + '$'
        $domain = @(Get-WmiObject -Query 'SELECT Domain FROM Win32_ComputerSystem')[0].Domain
        $account = New-Object Security.Principal.NTAccount($domain, $name)
        $sid = $account.Translate([Security.Principal.SecurityIdentifier]).Value
    }
    @{ '_' = 'sid'; sid = $sid }
}
