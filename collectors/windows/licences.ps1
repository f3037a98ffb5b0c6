Get-Rows 'SoftwareLicensingProduct' @('ID', 'ApplicationID', 'Name', 'Description', 'LicenseStatus', 'GracePeriodRemaining', 'KeyManagementServiceMachine') 'PartialProductKey IS NOT NULL'
