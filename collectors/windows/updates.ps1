Get-Reg 'policy' 'SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate' @('WUServer')
Get-Reg 'policy_au' 'SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate\AU' @('UseWUServer', 'NoAutoUpdate', 'AUOptions')
Get-Reg 'local_au' 'SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update' @('AUOptions')
Get-Reg 'detect' 'SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\Results\Detect' @('LastSuccessTime')
Get-Reg 'install' 'SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\Results\Install' @('LastSuccessTime')
Get-Rows 'Win32_Service' @('StartMode') "Name='wuauserv'"
