$views = @(
    @('SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall', 64),
    @('SOFTWARE\Wow6432Node\Microsoft\Windows\CurrentVersion\Uninstall', 32)
)
@{ '_' = 'pointer'; bytes = [IntPtr]::Size }
foreach ($view in $views) {
    foreach ($name in @(Get-Keys $view[0])) {
        $key = Get-Item -LiteralPath ('Registry::HKEY_LOCAL_MACHINE\' + $view[0] + '\' + $name)
        if ($key.GetValue('DisplayName') -and -not $key.GetValue('ParentKeyName')) {
            @{ '_' = 'program'; key = $name; bits = $view[1]; name = [string]$key.GetValue('DisplayName'); version = [string]$key.GetValue('DisplayVersion')
               publisher = [string]$key.GetValue('Publisher'); date = [string]$key.GetValue('InstallDate'); component = $key.GetValue('SystemComponent') }
        }
    }
}
