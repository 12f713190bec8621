"""Both apps in real browsers, by people: `public/`, `dashboard/`, and what takes both, `whole_way/`."""
