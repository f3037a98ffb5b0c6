Get-Rows 'Win32_UserProfile' @('SID', 'LocalPath', 'Loaded', 'LastUseTime') 'Special=FALSE'
Get-Rows 'Win32_LogicalDisk' @('DeviceID', 'DriveType')
foreach ($person in @(Get-WmiObject -Query 'SELECT SID FROM Win32_UserProfile WHERE Special=FALSE AND Loaded=TRUE')) {
    Part ('folders of ' + $person.SID) {
        $key = [Microsoft.Win32.Registry]::Users.OpenSubKey($person.SID + '\Software\Microsoft\Windows\CurrentVersion\Explorer\Shell Folders')
        if ($null -ne $key) {
            @{ '_' = 'folders'
               sid = $person.SID
               desktop = $key.GetValue('Desktop')
               documents = $key.GetValue('Personal') }
        }
    }
}
