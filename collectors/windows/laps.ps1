Get-Reg 'legacy' 'SOFTWARE\Policies\Microsoft Services\AdmPwd' @('AdmPwdEnabled')
@{ '_' = 'legacy_client'; there = (Test-Path 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon\GPExtensions\{D76B9641-3288-4F75-942D-087DE603E3EA}') }
Get-Reg 'policy' 'SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\LAPS' @('BackupDirectory')
Get-Reg 'csp' 'SOFTWARE\Microsoft\Policies\LAPS' @('BackupDirectory')
Get-Reg 'local' 'SOFTWARE\Microsoft\Windows\CurrentVersion\LAPS\Config' @('BackupDirectory')
