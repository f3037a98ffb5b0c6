Get-Rows 'Win32_NTEventlogFile' @('LogfileName', 'FileSize', 'MaxFileSize', 'OverwritePolicy')
