Get-Rows 'Win32_Printer' @('Name', 'DriverName', 'PortName', 'Shared')
