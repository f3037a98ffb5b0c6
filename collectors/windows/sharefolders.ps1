foreach ($share in @(Get-WmiObject -Query 'SELECT Name, Path, Type FROM Win32_Share WHERE Type=0')) {
    Part ('folder of ' + $share.Name) {
        $acl = [IO.Directory]::GetAccessControl($share.Path)
        @{ '_' = 'folder'; share = $share.Name; path = $share.Path; acl = $acl.GetSecurityDescriptorBinaryForm() }
    }
}
