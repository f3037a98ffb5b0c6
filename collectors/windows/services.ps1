Get-Rows 'Win32_Service' @('Name', 'DisplayName', 'State', 'StartMode', 'StartName', 'PathName', 'ExitCode')
Part 'start' {
    $base = 'SYSTEM\CurrentControlSet\Services'
    foreach ($name in @(Get-Keys $base)) {
        $root = 'Registry::HKEY_LOCAL_MACHINE\' + $base + '\' + $name
        $key = Get-Item -LiteralPath $root
        if ($key.GetValue('DelayedAutostart') -or (Test-Path -LiteralPath ($root + '\TriggerInfo'))) {
            @{ '_' = 'start'; name = $name; delayed = [bool]$key.GetValue('DelayedAutostart'); triggered = (Test-Path -LiteralPath ($root + '\TriggerInfo')) }
        }
    }
}
