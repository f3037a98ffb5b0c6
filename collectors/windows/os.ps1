Get-Rows 'Win32_OperatingSystem' @('Caption', 'Version', 'BuildNumber', 'ProductType', 'OperatingSystemSKU', 'OSArchitecture', 'OSLanguage', 'ServicePackMajorVersion', 'InstallDate', 'LastBootUpTime', 'TotalVisibleMemorySize', 'FreePhysicalMemory')
Get-Reg 'build' 'SOFTWARE\Microsoft\Windows NT\CurrentVersion' @('UBR', 'ReleaseId', 'DisplayVersion', 'InstallationType', 'EditionID')
