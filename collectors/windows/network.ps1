Get-Rows 'Win32_NetworkAdapter' @('Index', 'Name', 'NetConnectionID', 'NetConnectionStatus', 'MACAddress', 'Speed', 'PNPDeviceID')
Get-Rows 'Win32_NetworkAdapterConfiguration' @('Index', 'Description', 'IPAddress', 'IPSubnet', 'DHCPEnabled', 'DNSServerSearchOrder', 'DNSDomainSuffixSearchOrder', 'TcpipNetbiosOptions') 'IPEnabled=TRUE'
Get-Rows 'Win32_IP4RouteTable' @('Destination', 'Mask', 'NextHop', 'InterfaceIndex', 'Metric1', 'Protocol')
