Get-Rows 'Win32_OperatingSystem' @('ProductType')
Get-Rows 'Win32_Service' @('Name', 'DisplayName', 'State', 'StartMode') "Name='WinDefend' OR Name LIKE 'AVP%' OR Name LIKE 'klnagent%' OR Name LIKE 'KAVFS%' OR Name LIKE 'KESL%' OR Name LIKE 'DrWeb%' OR Name LIKE 'ekrn%' OR Name LIKE 'Sophos%' OR Name LIKE 'SepMasterService%' OR Name LIKE 'avast%' OR Name LIKE 'mfemms%' OR Name LIKE 'SAVService%' OR Name LIKE 'ntrtscan%' OR Name LIKE 'SentinelAgent%' OR Name LIKE 'CSFalcon%'"
Part 'MSFT_MpComputerStatus' {
    Get-Rows 'MSFT_MpComputerStatus' @('AMServiceEnabled', 'RealTimeProtectionEnabled', 'AntivirusSignatureLastUpdated') $null 'root\Microsoft\Windows\Defender'
}
Part 'AntiVirusProduct' {
    Get-Rows 'AntiVirusProduct' @('displayName', 'productState') $null 'root\SecurityCenter2'
}
