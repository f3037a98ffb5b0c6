@{ '_' = 'flag'; name = 'components'; there = (Test-Path 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending') }
@{ '_' = 'flag'; name = 'updates'; there = (Test-Path 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired') }
Get-Reg 'renames' 'SYSTEM\CurrentControlSet\Control\Session Manager' @('PendingFileRenameOperations')
Get-Reg 'name_now' 'SYSTEM\CurrentControlSet\Control\ComputerName\ActiveComputerName' @('ComputerName')
Get-Reg 'name_next' 'SYSTEM\CurrentControlSet\Control\ComputerName\ComputerName' @('ComputerName')
