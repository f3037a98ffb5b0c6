foreach ($fix in @(Get-WmiObject -Query 'SELECT HotFixID,Description,InstalledOn FROM Win32_QuickFixEngineering')) {
    @{ '_' = 'Win32_QuickFixEngineering'; HotFixID = $fix.HotFixID; Description = $fix.Description; InstalledOn = [string]$fix.psbase.Properties['InstalledOn'].Value }
}
