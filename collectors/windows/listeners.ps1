$modern = $false
if (@(Get-WmiObject -Namespace 'root' -Query "SELECT Name FROM __NAMESPACE WHERE Name='StandardCimv2'").Count -gt 0) {
    $modern = @(Get-WmiObject -Namespace 'root\StandardCimv2' -Query "SELECT * FROM meta_class WHERE __CLASS='MSFT_NetTCPConnection'").Count -gt 0
}
@{ '_' = 'way'; modern = $modern }
if ($modern) {
    Get-Rows 'MSFT_NetTCPConnection' @('LocalAddress', 'LocalPort', 'OwningProcess') 'State=2' 'root\StandardCimv2'
    Get-Rows 'MSFT_NetUDPEndpoint' @('LocalAddress', 'LocalPort', 'OwningProcess') $null 'root\StandardCimv2'
    Part 'Win32_Process' {
        Get-Rows 'Win32_Process' @('ProcessId', 'Name')
    }
    Part 'Win32_Service' {
        Get-Rows 'Win32_Service' @('Name', 'ProcessId') "State='Running'"
    }
} else {
    $net = [Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties()
    foreach ($end in $net.GetActiveTcpListeners()) {
        @{ '_' = 'tcp'; address = $end.Address.ToString(); port = $end.Port }
    }
    foreach ($end in $net.GetActiveUdpListeners()) {
        @{ '_' = 'udp'; address = $end.Address.ToString(); port = $end.Port }
    }
}
