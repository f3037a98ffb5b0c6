Get-Rows 'Win32_Service' @('Name', 'PathName') "PathName LIKE '%ragent.exe%'"
$places = @()
foreach ($word in @('ProgramFiles', 'ProgramFiles(x86)', 'ProgramW6432')) {
    $root = [Environment]::GetEnvironmentVariable($word)
    if ($root) {
        foreach ($name in @('1cv8', '1cv82')) {
            $path = Join-Path $root $name
            if ((Test-Path -LiteralPath $path) -and $places -notcontains $path) {
                $places += $path
            }
        }
    }
}
foreach ($service in @(Get-WmiObject -Query "SELECT PathName FROM Win32_Service WHERE PathName LIKE '%ragent.exe%'")) {
    if ($service.PathName -match '\s[-/]d\s+"([^"]+)"' -or $service.PathName -match '\s[-/]d\s+([^\s"]+)') {
        $path = $matches[1].TrimEnd('\')
        if ($places -notcontains $path -and @($places | Where-Object { $path.StartsWith($_ + '\') }).Count -eq 0) {
            if (Test-Path -LiteralPath $path) {
                $places += $path
            } else {
                @{ '_' = 'trouble'; of = 'cluster'; hr = 3; msg = 'the folder that the server was told is not there' }
            }
        }
    }
}
foreach ($place in $places) {
    foreach ($file in @(Find-Files 'file' $place @('1CV8Clst.lst', 'logcfg.xml') 4 1500)) {
        if ($file['_'] -eq 'trouble') {
            $file
        } else {
            Part 'file' {
                Read-File 'file' $file['path'] 4000000
            }
        }
    }
}
@{ '_' = 'looked'; folders = $places }
