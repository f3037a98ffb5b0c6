Get-Rows 'Win32_DiskDrive' @('DeviceID', 'Index', 'Model', 'InterfaceType', 'Size', 'SerialNumber', 'PNPDeviceID')
Part 'MSStorageDriver_FailurePredictStatus' {
    Get-Rows 'MSStorageDriver_FailurePredictStatus' @('InstanceName', 'PredictFailure') $null 'root\wmi'
}
Part 'MSFT_PhysicalDisk' {
    Get-Rows 'MSFT_PhysicalDisk' @('DeviceId', 'FriendlyName', 'MediaType', 'BusType', 'HealthStatus', 'SerialNumber') $null 'root\Microsoft\Windows\Storage'
}
