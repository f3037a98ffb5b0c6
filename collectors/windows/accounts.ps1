Get-Rows 'Win32_OperatingSystem' @('ProductType')
Part 'Win32_UserAccount' {
    if (@(Get-WmiObject -Query 'SELECT ProductType FROM Win32_OperatingSystem')[0].ProductType -ne 2) {
        Get-Rows 'Win32_UserAccount' @('Name', 'SID', 'Disabled', 'PasswordRequired', 'PasswordExpires', 'Lockout') 'LocalAccount=TRUE'
    }
}
Part 'member' {
    $sid = New-Object Security.Principal.SecurityIdentifier 'S-1-5-32-544'
    $group = $sid.Translate([Security.Principal.NTAccount]).Value.Split('\')[1]
    foreach ($m in @(([ADSI]('WinNT://./' + $group + ',group')).psbase.Invoke('Members'))) {
        $kind = $m.GetType()
        $bytes = $kind.InvokeMember('objectSid', 'GetProperty', $null, $m, $null)
        @{ '_' = 'member'
           path = $kind.InvokeMember('ADsPath', 'GetProperty', $null, $m, $null)
           class = $kind.InvokeMember('Class', 'GetProperty', $null, $m, $null)
           sid = (New-Object Security.Principal.SecurityIdentifier($bytes, 0)).Value }
    }
}
@{ '_' = 'computer'; name = [Environment]::MachineName }
