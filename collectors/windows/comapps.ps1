$catalogue = New-Object -ComObject 'COMAdmin.COMAdminCatalog'
$list = $catalogue.GetCollection('Applications')
$list.Populate()
foreach ($app in $list) {
    @{ '_' = 'application'; name = $app.Name; account = $app.Value('Identity'); enabled = $app.Value('IsEnabled') }
}
