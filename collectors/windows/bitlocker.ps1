$system = [Environment]::GetEnvironmentVariable('SystemDrive')
@{ '_' = 'system'; drive = $system }
Get-Rows 'Win32_EncryptableVolume' @('DeviceID', 'DriveLetter', 'ProtectionStatus') $null 'root\CIMV2\Security\MicrosoftVolumeEncryption'
