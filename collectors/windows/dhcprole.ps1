$there = @(Get-Rows 'Win32_Service' @('Name', 'State', 'StartMode') "Name='DHCPServer'")
$there
if ($there.Count -gt 0) {
    foreach ($scope in @(Get-DhcpServerv4Scope)) {
        $id = $scope.ScopeId
        @{ '_' = 'scope'
           id = [string]$id
           mask = [string]$scope.SubnetMask
           title = $scope.Name
           state = [string]$scope.State
           begins = [string]$scope.StartRange
           ends = [string]$scope.EndRange }
        foreach ($option in @(Get-DhcpServerv4OptionValue -ScopeId $id)) {
            @{ '_' = 'option'; id = [string]$id; option = $option.OptionId; value = @($option.Value) }
        }
    }
    foreach ($option in @(Get-DhcpServerv4OptionValue)) {
        @{ '_' = 'option'; id = ''; option = $option.OptionId; value = @($option.Value) }
    }
    foreach ($use in @(Get-DhcpServerv4ScopeStatistics)) {
        @{ '_' = 'use'
           id = [string]$use.ScopeId
           free = $use.Free
           used = $use.InUse
           free2 = $use.AddressesFree
           used2 = $use.AddressesInUse }
    }
    foreach ($pair in @(Get-DhcpServerv4Failover)) {
        foreach ($id in @($pair.ScopeId)) {
            @{ '_' = 'failover'; name = $pair.Name; id = [string]$id }
        }
    }
}
