foreach ($vm in @(Get-WmiObject -Namespace 'root\virtualization' -Query 'SELECT * FROM Msvm_ComputerSystem')) {
    @{ '_' = 'system'; name = $vm.Name; title = $vm.ElementName; state = $vm.EnabledState; replication = $null; health = $null; replicated = $null }
}
foreach ($set in @(Get-WmiObject -Namespace 'root\virtualization' -Query 'SELECT * FROM Msvm_VirtualSystemSettingData')) {
    @{ '_' = 'settings'
       id = $set.InstanceID
       title = $set.ElementName
       machine = $set.SystemName
       type = $set.SettingType
       made = $set.CreationTime
       bios = $set.BIOSGUID }
}
Get-Rows 'Msvm_VirtualSystemGlobalSettingData' @('SystemName', 'AutomaticStartupAction') $null 'root\virtualization'
Get-Rows 'Msvm_ResourceAllocationSettingData' @('InstanceID', 'Connection', 'ResourceSubType') $null 'root\virtualization'
Get-Rows 'Msvm_MemorySettingData' @('InstanceID', 'VirtualQuantity') $null 'root\virtualization'
Get-Rows 'Msvm_ProcessorSettingData' @('InstanceID', 'VirtualQuantity') $null 'root\virtualization'
Get-Rows 'Msvm_SyntheticEthernetPortSettingData' @('InstanceID', 'Address') $null 'root\virtualization'
Get-Rows 'Msvm_EmulatedEthernetPortSettingData' @('InstanceID', 'Address') $null 'root\virtualization'
Get-Rows 'Msvm_HeartbeatComponent' @('SystemName', 'OperationalStatus') $null 'root\virtualization'
Get-Rows 'Msvm_KvpExchangeComponent' @('SystemName', 'GuestIntrinsicExchangeItems') $null 'root\virtualization'
$me = New-Object Security.Principal.WindowsPrincipal([Security.Principal.WindowsIdentity]::GetCurrent())
if (-not $me.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
    throw (New-Object UnauthorizedAccessException 'Hyper-V shows an account that is no administrator only some of the machines, or none')
}
