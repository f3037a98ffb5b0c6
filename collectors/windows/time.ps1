Get-Rows 'Win32_ComputerSystem' @('Model', 'Manufacturer')
Get-Reg 'parameters' 'SYSTEM\CurrentControlSet\Services\W32Time\Parameters' @('Type', 'NtpServer')
Get-Reg 'policy' 'SOFTWARE\Policies\Microsoft\W32Time\Parameters' @('Type', 'NtpServer')
Get-Reg 'vm_provider' 'SYSTEM\CurrentControlSet\Services\W32Time\TimeProviders\VMICTimeProvider' @('Enabled')
Get-Rows 'Win32_Service' @('State', 'StartMode') "Name='W32Time'"
Get-Rows 'Win32_TimeZone' @('StandardName', 'Bias')
