# What could not work is said before anything is asked. The 32-bit PowerShell of a 64-bit Windows is shown another registry, and other folders.
if ([IntPtr]::Size -eq 4 -and [Environment]::GetEnvironmentVariable('PROCESSOR_ARCHITEW6432')) {
    throw 'this is the 32-bit PowerShell of a 64-bit Windows: start the .cmd, which finds the other one'
}
# The first argument is the folder of the answer, without it the folder of this script.
$akTo = $args[0]
if (-not $akTo) {
    $akTo = Split-Path -Parent $MyInvocation.MyCommand.Path
}
if (-not [IO.Path]::IsPathRooted($akTo)) {
    throw 'give the whole path of the folder for the answer'
}
