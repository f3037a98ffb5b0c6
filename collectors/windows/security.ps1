Get-Reg 'build' 'SOFTWARE\Microsoft\Windows NT\CurrentVersion' @('CurrentBuildNumber', 'InstallationType')
Get-Rows 'Win32_OperatingSystem' @('ProductType')
Get-Reg 'smb_server' 'SYSTEM\CurrentControlSet\Services\LanmanServer\Parameters' @('SMB1', 'RequireSecuritySignature')
Get-Reg 'smb_client' 'SYSTEM\CurrentControlSet\Services\LanmanWorkstation\Parameters' @('RequireSecuritySignature')
Get-Reg 'smb1_driver' 'SYSTEM\CurrentControlSet\Services\mrxsmb10' @('Start')
Get-Reg 'smb1_service' 'SYSTEM\CurrentControlSet\Services\srv' @('Start')
Get-Reg 'dns_policy' 'SOFTWARE\Policies\Microsoft\Windows NT\DNSClient' @('EnableMulticast')
Get-Reg 'wpad' 'SYSTEM\CurrentControlSet\Services\WinHttpAutoProxySvc' @('Start')
Get-Reg 'rdp_policy' 'SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services' @('fDenyTSConnections', 'UserAuthentication', 'SecurityLayer', 'MinEncryptionLevel')
Get-Reg 'rdp' 'SYSTEM\CurrentControlSet\Control\Terminal Server' @('fDenyTSConnections')
Get-Reg 'rdp_tcp' 'SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp' @('UserAuthentication', 'SecurityLayer', 'MinEncryptionLevel', 'PortNumber')
Get-Reg 'lsa' 'SYSTEM\CurrentControlSet\Control\Lsa' @('LmCompatibilityLevel', 'RunAsPPL', 'RestrictAnonymous', 'LimitBlankPasswordUse', 'LsaCfgFlags')
Get-Reg 'device_guard' 'SOFTWARE\Policies\Microsoft\Windows\DeviceGuard' @('LsaCfgFlags')
Get-Reg 'wdigest' 'SYSTEM\CurrentControlSet\Control\SecurityProviders\WDigest' @('UseLogonCredential')
Get-Reg 'uac' 'SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System' @('EnableLUA', 'LocalAccountTokenFilterPolicy', 'ConsentPromptBehaviorAdmin', 'PromptOnSecureDesktop')
Get-Reg 'winlogon' 'SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon' @('AutoAdminLogon', 'DefaultUserName', 'DefaultDomainName', 'CachedLogonsCount')
@{ '_' = 'winlogon_password'; there = (@(Get-Names 'SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon') -contains 'DefaultPassword') }
Get-Reg 'powershell' 'SOFTWARE\Microsoft\PowerShell\3\PowerShellEngine' @('PowerShellVersion')
Get-Reg 'powershell_old' 'SOFTWARE\Microsoft\PowerShell\1\PowerShellEngine' @('PowerShellVersion')
Get-Reg 'script_blocks' 'SOFTWARE\Policies\Microsoft\Windows\PowerShell\ScriptBlockLogging' @('EnableScriptBlockLogging')
Get-Reg 'transcripts' 'SOFTWARE\Policies\Microsoft\Windows\PowerShell\Transcription' @('EnableTranscripting')
foreach ($protocol in @('SSL 2.0', 'SSL 3.0', 'TLS 1.0', 'TLS 1.1', 'TLS 1.2', 'TLS 1.3')) {
    foreach ($side in @('Server', 'Client')) {
        $row = Get-Reg 'schannel' ('SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\' + $protocol + '\' + $side) @('Enabled', 'DisabledByDefault')
        $row['protocol'] = $protocol
        $row['side'] = $side
        $row
    }
}
