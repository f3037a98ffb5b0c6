foreach ($profile in @('DomainProfile', 'StandardProfile', 'PublicProfile')) {
    $local = Get-Reg 'local' ('SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\' + $profile) @('EnableFirewall', 'DefaultInboundAction')
    $local['profile'] = $profile
    $local
    $policy = Get-Reg 'policy' ('SOFTWARE\Policies\Microsoft\WindowsFirewall\' + $profile) @('EnableFirewall', 'DefaultInboundAction')
    $policy['profile'] = $profile
    $policy
}
