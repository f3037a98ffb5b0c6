$there = @(Get-Rows 'Win32_Service' @('Name', 'State') "Name='DFSR' OR Name='Dfs'")
$there
foreach ($kind in @('Standalone', 'Domain', 'DomainV2')) {
    foreach ($name in @(Get-Keys ('SOFTWARE\Microsoft\Dfs\Roots\' + $kind))) {
        @{ '_' = 'root'; kind = $kind; name = $name }
    }
}
if (@($there | Where-Object { $_['Name'] -eq 'DFSR' }).Count -gt 0) {
    Part 'DfsrReplicatedFolderInfo' {
        Get-Rows 'DfsrReplicatedFolderInfo' @('ReplicationGroupName', 'ReplicatedFolderName', 'State') $null 'root\MicrosoftDFS'
    }
    $me = New-Object Security.Principal.WindowsPrincipal([Security.Principal.WindowsIdentity]::GetCurrent())
    if (-not $me.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
        throw (New-Object UnauthorizedAccessException 'DFS Replication shows an account that is no administrator nothing at all')
    }
}
