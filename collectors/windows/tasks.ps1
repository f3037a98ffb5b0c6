$service = New-Object -ComObject 'Schedule.Service'
$service.Connect()
$folders = @($service.GetFolder('\'))
for ($at = 0; $at -lt $folders.Count; $at++) {
    foreach ($inner in $folders[$at].GetFolders(0)) {
        $folders += $inner
    }
    foreach ($task in $folders[$at].GetTasks(1)) {
        Part ('task ' + $task.Path) {
            $plan = $task.Definition
            @{ '_' = 'task'
               path = $task.Path
               enabled = $task.Enabled
               last = $task.LastRunTime
               result = $task.LastTaskResult
               next = $task.NextRunTime
               missed = $task.NumberOfMissedRuns
               user = $plan.Principal.UserId
               group = $plan.Principal.GroupId
               logon = $plan.Principal.LogonType
               level = $plan.Principal.RunLevel
               triggers = @($plan.Triggers | ForEach-Object {
                   @{ type = $_.Type; enabled = $_.Enabled; start = $_.StartBoundary }
               })
               actions = @($plan.Actions | ForEach-Object {
                   @{ type = $_.Type; path = $_.Path; arguments = $_.Arguments }
               }) }
        }
    }
}
$me = New-Object Security.Principal.WindowsPrincipal([Security.Principal.WindowsIdentity]::GetCurrent())
if (-not $me.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
    throw (New-Object UnauthorizedAccessException 'only an administrator is shown the tasks of everybody')
}
