$there = @(Get-Rows 'Win32_Service' @('Name', 'State', 'StartMode') "Name='ClusSvc'")
$there
if ($there.Count -gt 0 -and $there[0]['StartMode'] -ne 'Disabled') {
    Get-Rows 'MSCluster_Cluster' @('Name', 'QuorumType') $null 'root\MSCluster'
    foreach ($node in @(Get-WmiObject -Namespace 'root\MSCluster' -Query 'SELECT * FROM MSCluster_Node')) {
        @{ '_' = 'node'; name = $node.Name; state = $node.State; votes = $node.NodeWeight }
    }
    foreach ($group in @(Get-WmiObject -Namespace 'root\MSCluster' -Query 'SELECT * FROM MSCluster_ResourceGroup')) {
        @{ '_' = 'group'; name = $group.Name; state = $group.State; kind = $group.GroupType; owner = $group.OwnerNode }
    }
}
