"""Which actions "the last reassignment", "the last promise" may mean. Knows no person and no step."""

LAST = "last_"  # of an undo's target: "last_reassignment"; "last_action" is any of them
OF_KIND = {
    "reassignment": ("reassign_accounts",),
    "promise": ("record_ptp",),
    "agreement": ("record_agreement", "cancel_agreement"),
    "target": ("set_target",),
    "note": ("add_note",),
    "hold": ("add_hold", "release_hold"),
    "alert": ("create_alert",),
    "schedule": ("schedule_report", "stop_schedule"),
    "reminder": ("schedule_reminder",),
    "training": ("assign_training",),
    "dialing": ("assign_dial_mode",),
}
