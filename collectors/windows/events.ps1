Part 'System' {
    Get-Events 'System' @{ LogName = 'System'; Level = 1, 2 } 30 2000
}
Part 'Application' {
    Get-Events 'Application' @{ LogName = 'Application'; Level = 1, 2 } 30 2000
}
