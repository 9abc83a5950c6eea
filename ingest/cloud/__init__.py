"""Cloud drives: Google Drive, OneDrive and SharePoint, over their REST APIs."""
