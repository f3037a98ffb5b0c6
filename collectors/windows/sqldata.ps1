foreach ($root in @('SOFTWARE\Microsoft\Microsoft SQL Server', 'SOFTWARE\Wow6432Node\Microsoft\Microsoft SQL Server')) {
    $list = $root + '\Instance Names\SQL'
    foreach ($name in @(Get-Names $list)) {
        $place = $root + '\' + (Get-Reg 'id' $list @($name))[$name]
        $server = (Get-Reg 'cluster' ($place + '\Cluster') @('ClusterName'))['ClusterName']
        if (-not $server) {
            $server = '.'
        }
        if ($name -ne 'MSSQLSERVER') {
            $server = $server + '\' + $name
        }
        @{ '_' = 'instance'; name = $name; server = $server }
        $said = @(Part ('rights of ' + $name) {
            Read-Sql $server 'rights' 'SELECT IS_SRVROLEMEMBER(''sysadmin'') AS admin, HAS_PERMS_BY_NAME(NULL, NULL, ''VIEW ANY DATABASE'') AS sees, DATEDIFF(minute, GETUTCDATE(), GETDATE()) AS minutes'
        })
        $said
        if ($said.Count -gt 0 -and $said[0]['_'] -eq 'rights') {
            Part ('databases of ' + $name) {
                Read-Sql $server 'database' 'SELECT d.name, d.database_id, d.state_desc, d.recovery_model_desc, SUSER_SNAME(d.owner_sid) AS owner, d.create_date, d.compatibility_level, d.is_auto_close_on, d.is_auto_shrink_on, d.page_verify_option_desc, (SELECT SUM(CAST(f.size AS bigint)) * 8192 FROM sys.master_files f WHERE f.database_id = d.database_id) AS size_bytes, CAST(DATABASEPROPERTYEX(d.name, ''LastGoodCheckDbTime'') AS datetime) AS checked FROM sys.databases d WHERE d.source_database_id IS NULL'
            }
            Part ('copies of ' + $name) {
                Read-Sql $server 'copies' 'SELECT b.database_name, b.type, COUNT(*) AS copies, MAX(b.backup_finish_date) AS newest FROM msdb.dbo.backupset b WHERE b.backup_finish_date IS NOT NULL AND NOT EXISTS (SELECT 1 FROM msdb.dbo.backupmediafamily m WHERE m.media_set_id = b.media_set_id AND UPPER(m.physical_device_name) = ''NUL'') AND EXISTS (SELECT 1 FROM sys.databases d WHERE d.name = b.database_name AND b.backup_finish_date >= d.create_date) GROUP BY b.database_name, b.type'
            }
            Part ('admins of ' + $name) {
                Read-Sql $server 'sysadmin' 'SELECT p.name, p.type, p.is_disabled, CASE WHEN p.sid = 0x01 THEN 1 ELSE 0 END AS sa FROM sys.server_role_members m JOIN sys.server_principals r ON r.principal_id = m.role_principal_id JOIN sys.server_principals p ON p.principal_id = m.member_principal_id WHERE r.name = ''sysadmin'''
            }
            Part ('jobs of ' + $name) {
                Read-Sql $server 'job' 'SELECT j.name, j.enabled, SUSER_SNAME(j.owner_sid) AS owner, CASE WHEN j.owner_sid = 0x01 THEN 1 ELSE 0 END AS sa, (SELECT COUNT(*) FROM msdb.dbo.sysjobschedules s JOIN msdb.dbo.sysschedules c ON c.schedule_id = s.schedule_id WHERE s.job_id = j.job_id AND c.enabled = 1) AS schedules, t.last_run_outcome, t.last_run_date, t.last_run_time FROM msdb.dbo.sysjobs j LEFT JOIN msdb.dbo.sysjobservers t ON t.job_id = j.job_id AND t.server_id = 0'
            }
        }
    }
}
