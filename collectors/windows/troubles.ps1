Part 'history' {
    foreach ($log in @('System', 'Application')) {
        foreach ($first in @(Get-WinEvent -LogName $log -MaxEvents 1 -Oldest)) {
            @{ '_' = 'history'; log = $log; at = $first.TimeCreated }
        }
    }
}
Part 'disk' {
    Get-Events 'disk' @{ LogName = 'System'; Id = 7, 11, 51, 55, 129, 153, 154, 157 } 30 1000
}
Part 'stop' {
    Get-Events 'stop' @{ LogName = 'System'; Id = 41, 1001, 6008 } 30 500
}
