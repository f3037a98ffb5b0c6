Get-Rows 'Win32_Process' @('Name', 'ExecutablePath', 'CommandLine') "Name='ragent.exe' OR Name='rmngr.exe' OR Name='rphost.exe' OR Name='ras.exe' OR Name='ibsrv.exe' OR Name='dbgs.exe' OR Name='crserver.exe'"
Get-Rows 'Win32_Service' @('Name', 'State', 'StartMode', 'StartName', 'PathName') "PathName LIKE '%ragent.exe%' OR PathName LIKE '%ras.exe%' OR PathName LIKE '%ibsrv.exe%' OR PathName LIKE '%dbgs.exe%' OR PathName LIKE '%crserver.exe%' OR Name='hasplms' OR Name='HASP Loader'"
$roots = @()
foreach ($word in @('ProgramFiles', 'ProgramFiles(x86)', 'ProgramW6432')) {
    $path = [Environment]::GetEnvironmentVariable($word)
    if ($path -and $roots -notcontains $path) {
        $roots += $path
    }
}
foreach ($root in $roots) {
    foreach ($name in @('1cv8', '1cv82', '1cv81')) {
        $path = Join-Path $root $name
        if (Test-Path -LiteralPath $path) {
            Find-Files 'program' $path @('ragent.exe', 'ras.exe', 'rac.exe', '1cv8.exe', '1cv8c.exe', '1cv8s.exe', 'ibsrv.exe', 'ibcmd.exe', 'dbgs.exe', 'crserver.exe') 3 600
            Find-Files 'licence' $path @('nethasp.ini', '*.lic') 4 600
        }
    }
}
$data = [Environment]::GetEnvironmentVariable('ProgramData')
if (-not $data) {
    $data = Join-Path ([Environment]::GetEnvironmentVariable('ALLUSERSPROFILE')) 'Application Data'
}
$path = Join-Path $data '1C'
if (Test-Path -LiteralPath $path) {
    Find-Files 'licence' $path @('nethasp.ini', '*.lic') 4 600
}
@{ '_' = 'looked'; folders = $roots }
