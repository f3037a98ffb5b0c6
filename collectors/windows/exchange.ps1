$there = @(Get-Rows 'Win32_Service' @('Name', 'State') "Name LIKE 'MSExchange%'")
if ($there.Count -gt 0) {
    $there
    Get-Reg 'setup' 'SOFTWARE\Microsoft\ExchangeServer\v15\Setup' @('MsiProductMajor', 'MsiProductMinor', 'MsiBuildMajor', 'MsiBuildMinor')
    Get-Reg 'setup' 'SOFTWARE\Microsoft\ExchangeServer\v14\Setup' @('MsiProductMajor', 'MsiProductMinor', 'MsiBuildMajor', 'MsiBuildMinor')
    Get-Reg 'setup' 'SOFTWARE\Microsoft\Exchange\v8.0\Setup' @('MsiProductMajor', 'MsiProductMinor', 'MsiBuildMajor', 'MsiBuildMinor')
}
