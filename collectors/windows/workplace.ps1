Get-Rows 'Win32_ComputerSystem' @('PCSystemType', 'Model', 'Manufacturer')
Get-Rows 'Win32_SystemEnclosure' @('ChassisTypes')
Get-Rows 'Win32_Battery' @('DeviceID', 'Name', 'Chemistry')
