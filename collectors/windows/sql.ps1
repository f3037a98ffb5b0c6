foreach ($root in @('SOFTWARE\Microsoft\Microsoft SQL Server', 'SOFTWARE\Wow6432Node\Microsoft\Microsoft SQL Server')) {
    $list = $root + '\Instance Names\SQL'
    foreach ($name in @(Get-Names $list)) {
        $place = $root + '\' + (Get-Reg 'id' $list @($name))[$name]
        $setup = Get-Reg 'setup' ($place + '\Setup') @('Edition', 'PatchLevel', 'Version')
        $login = Get-Reg 'login' ($place + '\MSSQLServer') @('LoginMode')
        $net = Get-Reg 'net' ($place + '\MSSQLServer\SuperSocketNetLib\Tcp') @('Enabled')
        $all = Get-Reg 'all' ($place + '\MSSQLServer\SuperSocketNetLib\Tcp\IPAll') @('TcpPort')
        @{ '_' = 'instance'
           name = $name
           edition = $setup['Edition']
           patch = $setup['PatchLevel']
           version = $setup['Version']
           mode = $login['LoginMode']
           tcp = $net['Enabled']
           port = $all['TcpPort'] }
    }
}
Get-Rows 'Win32_Service' @('Name', 'State', 'StartName') "Name LIKE 'MSSQL%' OR Name LIKE 'SQL%AGENT%'"
