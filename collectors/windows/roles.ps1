Get-Rows 'Win32_ServerFeature' @('ID', 'ParentID', 'Name')
