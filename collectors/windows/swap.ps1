Get-Rows 'Win32_PageFileUsage' @('Name', 'AllocatedBaseSize', 'CurrentUsage')
