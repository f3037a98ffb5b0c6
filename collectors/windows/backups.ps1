$wsb = Get-Reg 'log' 'SOFTWARE\Microsoft\Windows\CurrentVersion\WINEVT\Channels\Microsoft-Windows-Backup' @('Enabled')
@{ '_' = 'log'; log = 'Microsoft-Windows-Backup'; there = $wsb['there']; enabled = $wsb['Enabled'] }
if ($wsb['there']) {
    Part 'wsb' {
        Get-Events 'wsb' @{ LogName = 'Microsoft-Windows-Backup'; Id = 4 } 90 500
    }
    Part 'wsb_failed' {
        Get-Events 'wsb_failed' @{ LogName = 'Microsoft-Windows-Backup'; Level = 1, 2 } 90 500
    }
}
$veeam = Get-Reg 'log' 'SYSTEM\CurrentControlSet\Services\EventLog\Veeam Backup' @('File')
@{ '_' = 'log'; log = 'Veeam Backup'; there = $veeam['there']; enabled = $null }
if ($veeam['there']) {
    Part 'veeam' {
        Get-Events 'veeam' @{ LogName = 'Veeam Backup'; Id = 190 } 90 2000
    }
}
$agent = Get-Reg 'log' 'SYSTEM\CurrentControlSet\Services\EventLog\Veeam Agent' @('File')
@{ '_' = 'log'; log = 'Veeam Agent'; there = $agent['there']; enabled = $null }
if ($agent['there']) {
    Part 'veeam_agent' {
        Get-Events 'veeam_agent' @{ LogName = 'Veeam Agent'; Id = 190 } 90 1000
    }
}
