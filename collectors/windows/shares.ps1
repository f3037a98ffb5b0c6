Get-Rows 'Win32_Share' @('Name', 'Path', 'Type', 'Description')
Part 'rights' {
    $path = 'SYSTEM\CurrentControlSet\Services\LanmanServer\Shares\Security'
    foreach ($name in @(Get-Names $path)) {
        $row = Get-Reg 'rights' $path @($name)
        @{ '_' = 'rights'; name = $name; acl = $row[$name] }
    }
}
