Get-Rows 'Win32_ShadowCopy' @('VolumeName', 'InstallDate', 'ClientAccessible')
Get-Rows 'Win32_Volume' @('DeviceID', 'Name')
$me = New-Object Security.Principal.WindowsPrincipal([Security.Principal.WindowsIdentity]::GetCurrent())
if (-not $me.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
    throw (New-Object UnauthorizedAccessException 'only an administrator is shown shadow copies')
}
