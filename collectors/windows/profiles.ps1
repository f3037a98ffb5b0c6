Get-Rows 'Win32_UserProfile' @('SID', 'LocalPath', 'Loaded', 'LastUseTime') 'Special=FALSE'
