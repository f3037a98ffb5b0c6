Get-Rows 'Win32_TCPIPPrinterPort' @('Name', 'HostAddress')
