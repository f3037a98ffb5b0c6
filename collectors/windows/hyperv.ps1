if (@(Get-WmiObject -Query "SELECT Name FROM Win32_Service WHERE Name='vmms'").Count -gt 0) {
    foreach ($vm in @(Get-WmiObject -Namespace 'root\virtualization\v2' -Query 'SELECT * FROM Msvm_ComputerSystem')) {
        @{ '_' = 'system'
           name = $vm.Name
           title = $vm.ElementName
           state = $vm.EnabledState
           replication = $vm.ReplicationState
           health = $vm.ReplicationHealth
           replicated = $vm.LastReplicationTime }
    }
    foreach ($set in @(Get-WmiObject -Namespace 'root\virtualization\v2' -Query 'SELECT * FROM Msvm_VirtualSystemSettingData')) {
        @{ '_' = 'settings'
           id = $set.InstanceID
           title = $set.ElementName
           machine = $set.VirtualSystemIdentifier
           type = $set.VirtualSystemType
           subtype = $set.VirtualSystemSubType
           made = $set.CreationTime
           start = $set.AutomaticStartupAction
           bios = $set.BIOSGUID }
    }
    Get-Rows 'Msvm_MemorySettingData' @('InstanceID', 'VirtualQuantity') $null 'root\virtualization\v2'
    Get-Rows 'Msvm_ProcessorSettingData' @('InstanceID', 'VirtualQuantity') $null 'root\virtualization\v2'
    Get-Rows 'Msvm_StorageAllocationSettingData' @('InstanceID', 'HostResource') $null 'root\virtualization\v2'
    Get-Rows 'Msvm_SyntheticEthernetPortSettingData' @('InstanceID', 'Address') $null 'root\virtualization\v2'
    Get-Rows 'Msvm_EmulatedEthernetPortSettingData' @('InstanceID', 'Address') $null 'root\virtualization\v2'
    Get-Rows 'Msvm_HeartbeatComponent' @('SystemName', 'OperationalStatus') $null 'root\virtualization\v2'
    Get-Rows 'Msvm_KvpExchangeComponent' @('SystemName', 'GuestIntrinsicExchangeItems') $null 'root\virtualization\v2'
    $me = New-Object Security.Principal.WindowsPrincipal([Security.Principal.WindowsIdentity]::GetCurrent())
    if (-not $me.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
        throw (New-Object UnauthorizedAccessException 'Hyper-V shows an account that is no administrator only some of the machines, or none')
    }
}
