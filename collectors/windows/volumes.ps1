Get-Rows 'Win32_LogicalDisk' @('DeviceID', 'FileSystem', 'Size', 'FreeSpace', 'DriveType') 'DriveType=3'
