$skipped = @('windows', 'program files', 'program files (x86)', 'programdata', 'users', '$recycle.bin', 'system volume information', 'recovery', 'perflogs', 'documents and settings', 'config.msi', 'msocache', '$windows.~bt', '$winreagent', 'windows.old', 'boot', 'efi')
$places = @()
foreach ($disk in @(Get-WmiObject -Query 'SELECT DeviceID, Size FROM Win32_LogicalDisk WHERE DriveType=3')) {
    if ($disk.Size) {
        foreach ($folder in @(Part 'file' { Get-ChildItem -LiteralPath ($disk.DeviceID + '\') -Force })) {
            if ($folder -is [hashtable]) {
                $folder
            } elseif ($folder.PSIsContainer -and $skipped -notcontains $folder.Name.ToLowerInvariant() -and ([int]$folder.Attributes -band 1024) -eq 0) {
                $places += $folder.FullName
            }
        }
    }
}
foreach ($person in @(Get-WmiObject -Query 'SELECT LocalPath FROM Win32_UserProfile WHERE Special=FALSE')) {
    foreach ($name in @('Documents', 'Desktop', 'Downloads')) {
        $path = [string]$person.LocalPath + '\' + $name
        foreach ($found in @(Part 'file' { if (Test-Path -LiteralPath $path) { $path } })) {
            if ($found -is [hashtable]) {
                $found
            } else {
                $places += $found
            }
        }
    }
}
$started = [DateTime]::UtcNow
foreach ($place in $places) {
    if (([DateTime]::UtcNow - $started).TotalSeconds -gt 60) {
        @{ '_' = 'trouble'; of = 'file'; hr = 0; msg = ('after a minute it was not looked any further, from ' + $place + ' on') }
        break
    }
    foreach ($file in @(Find-Files 'file' $place @('1Cv8.1CD', '*.dt', '*.vrd') 5 1500)) {
        if ($file['_'] -eq 'file' -and $file['path'].ToLowerInvariant().EndsWith('.vrd')) {
            Part 'publication' {
                Read-File 'publication' $file['path'] 200000
            }
        } else {
            $file
        }
    }
}
@{ '_' = 'looked'; folders = $places }
