"""Why a KPI changed: the change split among rows, by what each did and by how much of the whole each was."""
